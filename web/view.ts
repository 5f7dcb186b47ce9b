import type { LiveSnapshot } from '../src/api/contract/live.ts'
import type { PageState } from './live/page-state.ts'

/** What each part of the page gets: the state, the moment that it is drawn for, and what a person can do. */
export interface View {
  readonly state: PageState
  readonly live: LiveSnapshot
  /** Now by the node's clock, ms since the epoch. */
  readonly now: number
  /** Whether `live` is old, since the node can't be heard. */
  readonly lost: boolean
  /** Changes when colours do: a person switched between light and dark. */
  readonly theme: number
  readonly scale: number
  readonly choose: (dataType: string) => void
  readonly tell: (message: string, failed: boolean) => void
}

export type LiveModels = LiveSnapshot['models'][number]
export type LiveStream = LiveSnapshot['streams'][number]

/** The class that gives an element the colour of a model version as `--tone`. */
export function toneOf(view: View, dataType: string, id: string | null): string {
  return id === null ? 'tone-none' : `tone-${view.state.colours.of(dataType, id)}`
}
