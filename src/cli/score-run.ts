import type { Config } from '../config/index.ts'

/** A model that a run publishes before it begins. */
export interface ScoreModel {
  readonly name: string
  readonly version: string
  readonly format: string
  /** Model input -> record field. */
  readonly inputs: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}

/** A record that came in, and where. */
export interface InputRecord {
  readonly value: Uint8Array
  /** Its line, or its number, from 1. */
  readonly place: number
}

/** A record that was not scored. */
export interface RejectedInput {
  readonly place: number
  readonly code: string
  readonly message: string
  readonly value: Uint8Array
}

/** Records from somewhere to somewhere through one model, by the same engine that serves topics. */
export interface ScoreRun {
  /** Of one stream, whose data type is a constant. */
  readonly config: Config
  readonly model: ScoreModel
  readonly input: AsyncIterable<readonly InputRecord[]>
  /** Takes answers in the order of the input. They are valid until the promise is settled. */
  readonly answers: (values: readonly Uint8Array[]) => Promise<void>
  /** Likewise, what could not be answered. */
  readonly rejected: (records: readonly RejectedInput[]) => Promise<void>
  /** Ends the run where it is. */
  readonly signal: AbortSignal
}

export interface ScoreCounts {
  readonly scored: number
  readonly rejected: number
}
