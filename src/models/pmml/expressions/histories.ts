import { readNumber, type Remembering, writeNumber } from '../assembly/memory.ts'
import { LIMITS } from '../limits.ts'

/** A value of an earlier record: a number (NaN where it was missing) or a text. */
export type Remembered = number | string

/** By block of records: the last values, the latest at the end. The block that is longest unused comes first. */
export type Histories = Map<string, Remembered[]>

/** Histories of at most so many values each. */
export function historiesOf(most: number): Remembering<Histories> {
  return {
    create: () => new Map(),
    write: (histories) => [...histories].map(([key, values]) => [key, values.map(writeValue)]),
    read: (written) => {
      if (!Array.isArray(written) || written.length > LIMITS.lagBlocks) return undefined
      const histories: Histories = new Map()
      for (const entry of written as readonly unknown[]) {
        if (!Array.isArray(entry) || typeof entry[0] !== 'string' || !Array.isArray(entry[1]) || entry[1].length > most) return undefined
        const values = (entry[1] as readonly unknown[]).map(readValue)
        if (values.some((value) => value === undefined)) return undefined
        histories.set(entry[0], values as Remembered[])
      }
      return histories
    },
  }
}

/** A text is written with a mark before it, because some numbers are written as texts too. */
function writeValue(value: Remembered): unknown {
  return typeof value === 'string' ? `'${value}` : writeNumber(value)
}

function readValue(written: unknown): Remembered | undefined {
  return typeof written === 'string' && written.startsWith("'") ? written.slice(1) : readNumber(written)
}
