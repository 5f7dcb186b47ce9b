import type { ModelState } from '../model-state.ts'
import type { ModelStatistics } from '../statistics.ts'
import type { SwapMarker } from '../swap-marker.ts'

/** What a batch has become. All bytes are valid until `Work.release`. */
export interface Answers {
  /** Record batches for the output topic, in the order of the input. */
  readonly outputs: readonly Uint8Array[]
  /** Record batches for the dead-letter topic. */
  readonly deadLetters: readonly Uint8Array[]
  /** Record batches for the topic of decisions, where the stream has one. */
  readonly decisions: readonly Uint8Array[]
  readonly markers: readonly SwapMarker[]
  /** The statistics that changed. */
  readonly statistics: readonly ModelStatistics[]
  /** The states of models that changed. */
  readonly states: readonly ModelState[]
  readonly scored: number
  readonly rejected: number
  readonly nextOffset: bigint
  /** When it was finished, ms since the epoch. */
  readonly at: number
}
