import type { Clock } from '../core/clock.ts'
import type { DataTypeReader } from '../core/codec.ts'
import type { Dictionary } from '../core/dictionary.ts'
import type { SluiceError } from '../core/errors.ts'
import type { Guarantee, Log, TopicPartition } from '../core/log.ts'
import type { PolicySpec } from '../core/policy-spec.ts'
import type { PolicyReader } from '../policies/control/control-message.ts'

/** A topic of scores, by the records' headers: `sluice_model`, `sluice_score`, and, where a model says it, `sluice_confidence`. */
export interface ScoreTopic {
  readonly topic: string
  /** What policies call the model; the name in `sluice_model` where absent. */
  readonly model?: string | undefined
  /** How `sluice_score` is to be read: `auto` takes a decimal number for a number, and all else for a label. */
  readonly value: 'auto' | 'number' | 'label'
  /** Where the confidence is in the record's value, which is JSON then; absent, the header has it, or nobody. */
  readonly confidence?: string | undefined
}

/** A topic of dead letters: what a model could not score. Letters about other topics than the input are nobody's here. */
export interface FailureTopic {
  readonly topic: string
  /** What policies call the model, by the name of the stream that wrote the letter, for letters that don't name one. */
  readonly models: ReadonlyMap<string, string>
}

/** The partitions of all but `control`, which has one, go with those of the input. */
export interface RendezvousTopics {
  readonly input: string
  readonly results: string
  readonly decisions: string
  /** When inputs and scores came: what a restart needs to know. */
  readonly changelog: string
  readonly control: string
}

/** Calls back once so many ms have passed; what it returns calls that off. */
export type SetTimer = (delayMs: number, callback: () => void) => () => void

export interface RendezvousObserver {
  assigned(partitions: readonly TopicPartition[]): void
  released(partitions: readonly TopicPartition[]): void
  /** A record of the control topic that can't be followed, and is left out. */
  ignored(error: SluiceError): void
  failed(error: unknown, retryInMs: number): void
}

export interface RendezvousServerOptions {
  readonly name: string
  readonly group: string
  readonly log: Log
  readonly clock: Clock
  readonly setTimer: SetTimer
  readonly topics: RendezvousTopics
  readonly scores: readonly ScoreTopic[]
  readonly failures: readonly FailureTopic[]
  /** The header that says which message an input or a score belongs to; the input's place where absent. */
  readonly idHeader?: string | undefined
  /** The header in which an input says how many ms it may wait. */
  readonly budgetHeader?: string | undefined
  /** Whether time runs from when the input came here, or from the record's timestamp. */
  readonly budgetFrom: 'arrival' | 'timestamp'
  /** Whether time runs up to the decision (where absent), or to when the answer is on the log, as far as that can be told from how long answers took lately. */
  readonly budgetTo?: 'decision' | 'log'
  readonly dataTypes: { readonly reader: DataTypeReader; readonly dictionary: Dictionary }
  /** By data type: what is in force before the first control message. */
  readonly policies: Readonly<Record<string, PolicySpec>>
  readonly readPolicy: PolicyReader
  readonly guarantee: Guarantee
  readonly commitIntervalMs: number
  /** Per partition: inputs that may wait for their answers; no more are read then. */
  readonly maxOpen: number
  /** Per partition: scores that may wait for their inputs, and for how long. */
  readonly maxHeld: number
  readonly holdMs: number
  /** How long answered inputs are remembered. */
  readonly rememberMs: number
  readonly observer: RendezvousObserver
}
