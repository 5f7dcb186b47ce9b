import type { RecordKind } from '../record-kinds.ts'
import type { Child } from '../child.ts'
import type { Stage } from '../stage.ts'

export type Guarantee = 'at-least-once' | 'exactly-once'

/** Where a system reads and writes, and how it is to be set. */
export interface Place {
  readonly stage: Stage
  readonly input: string
  readonly output: string
  readonly group: string
  readonly partitions: number
  readonly records: RecordKind
  readonly guarantee: Guarantee
  /** Whether it is set for low latency (no lingering) instead of throughput. */
  readonly prompt: boolean
  /** A folder of its own. */
  readonly directory: string
}

/** What is measured: Sluice or a peer. */
export interface System {
  readonly name: string
  /** What its answers are: copies of the records, the scores' bytes, or Sluice's, with the record or without. */
  readonly answers: 'copies' | 'numbers' | 'sluice' | 'sluice-alone'
  /** How far scores may be from the expected ones, relative to their size above one. */
  readonly tolerance: number
  /** Starts it; it need not be ready yet. */
  start(place: Place): Promise<Child>
}

/** A forest adds up a hundred leaves; in float32, as ONNX Runtime does, what is near zero is no nearer to the truth than they are. */
export const FLOAT32_TOLERANCE = 1e-5
export const FLOAT64_TOLERANCE = 1e-12
