import type { Field, Frame } from './frame.ts'
import type { OutputField, Scores } from './scores.ts'

/** What can be loaded. docs/formats.md says how far each goes. */
export const FORMATS = [
  'pmml',
  'pfa',
  'onnx',
  'tensorflow',
  'tensorflow-saved',
  'lightgbm',
  'xgboost',
  'catboost',
  'function',
  'remote',
] as const
export type Format = (typeof FORMATS)[number]

/**
 * What is said of a model apart from its bytes. `name@version` names it everywhere, and the sha256 of its bytes proves it.
 */
export interface ModelDescriptor {
  readonly name: string
  readonly version: string
  readonly description: string
  /** The data type whose records it scores. */
  readonly dataType: string
  readonly format: Format
  /** Lower-case hexadecimal. */
  readonly sha256: string
  /** Declared mapping: model input -> record field. Inputs that it lacks are matched by name. */
  readonly inputs: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, string>>
  /** What the model must reproduce before it is offered. */
  readonly golden?: GoldenVectors
}

/** Example inputs and outputs of a model, from where it was trained. */
export interface GoldenVectors {
  readonly vectors: readonly GoldenVector[]
  /** A number may differ by so much, or by so much of its value, whichever is more. */
  readonly absoluteTolerance: number
  readonly relativeTolerance: number
}

export interface GoldenVector {
  /** By the model's own names of its inputs; those that are absent are missing. */
  readonly inputs: Readonly<Record<string, number | string>>
  /** By the names of the model's outputs; those that are absent are not compared. */
  readonly outputs: Readonly<Record<string, number | string>>
}

/** `name@version`. */
export function modelId(descriptor: { readonly name: string; readonly version: string }): string {
  return `${descriptor.name}@${descriptor.version}`
}

/**
 * A loaded model. It scores whole frames; it keeps no reference to a frame or scores after the call (or its promise) is done.
 * Calls never overlap for models that return nothing; a model that returns promises may get the next frame before.
 */
export interface Model {
  /** The columns of the frames it takes, in order. */
  readonly inputs: readonly Field[]
  /** The columns of the scores it gives. At least one; the first is the score. */
  readonly outputs: readonly OutputField[]
  /**
   * Where true, input names mean nothing (a tensor's columns): inputs that no field matches by name are taken from the
   * record's numeric fields in their declared order.
   */
  readonly positional?: boolean
  /**
   * There where answers depend on the records that were scored before. Each partition of a stream then has an instance of its own, in which
   * its records are scored in their order; the model itself only tries out what it loaded.
   */
  readonly state?: {
    /** What has a state of its own: the partition (where it is not said), or each key of a record in it. */
    readonly per?: 'partition' | 'key'
    /** A new instance, with the state that the model begins with. Its fields and dictionaries are those of the model. */
    fork(): StatefulModel
  }
  /**
   * Scores every row of the frame into `scores`, which the caller has reset to this model's outputs and the frame's rows.
   * What is wrong with one row is `scores.reject`ed, never thrown; what is thrown means that the model itself failed.
   */
  score(frame: Frame, scores: Scores): void | Promise<void>
  /** Frees what the garbage collector can't: threads, native memory. Called once, after the last batch that uses the model. */
  [Symbol.dispose](): void
}

/**
 * An instance of a model with a state. It scores at once, and holds memory only, so that it may be dropped without being
 * disposed of.
 */
export interface StatefulModel extends Model {
  /** As a model does; only the rows from `from` to before `to`, where they are given. */
  score(frame: Frame, scores: Scores, from?: number, to?: number): void
  /** All of its state, as JSON text. The same text as before means that nothing has changed. */
  snapshot(): string
  /** Puts the state back to what a snapshot of an instance of the same bytes says. Throws `model.malformed` where it does not fit. */
  restore(snapshot: string): void
  /**
   * All of its state, taken out: it is then of no use before another is put in, by `resume` or `restore`. Where a state is changed often, this is cheaper than
   * snapshots; a model has both or none of these.
   */
  hold?(): unknown
  /** Puts in what was taken out, which may be done once. */
  resume?(held: unknown): void
}

/** Loads the models of one format. */
export interface Runtime {
  readonly format: Format
  /**
   * Makes a model from its bytes. Must not block the event loop for long, and must not trust the bytes.
   * Throws `model.malformed`, or `model.unsupported` naming what is not supported.
   */
  load(descriptor: ModelDescriptor, bytes: Uint8Array): Promise<Model>
  /** Frees what its models share: worker threads. After it no model of this runtime may score. */
  [Symbol.asyncDispose]?(): Promise<void>
}
