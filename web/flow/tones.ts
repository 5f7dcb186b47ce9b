import { VERSION_COLOURS } from '../live/version-colours.ts'
import type { Tones } from './painter.ts'

/** A colour of the style sheet, as it is in the present theme. */
export function readColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

export function readTones(): Tones {
  return {
    versions: Array.from({ length: VERSION_COLOURS }, (_, i) => readColour(`--v${i}`)),
    unanswered: readColour('--drop'),
    rejected: readColour('--refused'),
  }
}
