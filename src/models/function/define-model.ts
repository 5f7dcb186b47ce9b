import { SluiceError } from '../../core/errors.ts'
import type { Frame } from '../../core/frame.ts'
import type { Model, ModelDescriptor } from '../../core/model.ts'
import type { Scores } from '../../core/scores.ts'
import { createFrameModel, createRowModel } from './function-model.ts'
import { fieldsOf, type InputTypes, type RowOf } from './inputs.ts'
import { type AnswerOf, answerReadersOf, outputFieldsOf, type OutputTypes } from './outputs.ts'

interface Common<I extends InputTypes, O extends OutputTypes> {
  /** Together with `version`, what a published descriptor refers to. */
  readonly name: string
  readonly version: string
  /** The data type whose records it scores. */
  readonly dataType: string
  readonly description?: string
  readonly inputs: I
  /** One number named `score` where absent. */
  readonly outputs?: O
}

/** A model written as a function of one row. */
export interface RowModelSpec<I extends InputTypes, O extends OutputTypes, A extends AnswerOf<O>> extends Common<I, O> {
  /**
   * Answers one row, synchronously. Rows with a missing, ill-typed or non-finite required input never come here. The row object is
   * used again for the next row: copy what must be kept. What it throws rejects this row only.
   */
  readonly score: (row: RowOf<I>) => A
}

/** A model written as a function of whole frames: the fast way. */
export interface FrameModelSpec<I extends InputTypes, O extends OutputTypes> extends Common<I, O> {
  /**
   * Fills `scores.values` for every row of the frame that is not yet rejected; see `Model.score`. Rows with unusable inputs are rejected
   * before, and rows whose answer is not finite after. What it throws means that the model failed.
   */
  readonly scoreFrame: (frame: Frame, scores: Scores) => void | Promise<void>
}

/** A model in code, to be linked in at build time. `createFunctionRuntime` loads it where a descriptor refers to it. */
export interface ModelDefinition {
  readonly name: string
  readonly version: string
  readonly dataType: string
  readonly description: string
  readonly format: 'function'
  /** The model's bytes, as they are published: UTF-8 of `name@version`. */
  readonly bytes: Uint8Array
  /** Makes a model of its own for each descriptor. */
  readonly createModel: (descriptor: ModelDescriptor) => Model
}

const NAME = /^[\w.-]{1,100}$/

/**
 * Defines a model in code; the types of its inputs and outputs follow from their declaration. Throws `config.invalid` where a
 * name or version can't stand in `name@version`, or inputs or outputs are empty.
 *
 * @example
 * const lateness = defineModel({
 *   name: 'lateness', version: '1', dataType: 'flight',
 *   inputs: { distance: 'number', carrier: 'category', windSpeed: 'number?' },
 *   score: ({ distance, carrier, windSpeed = 0 }) => distance / 500 + windSpeed / 10 + (carrier === 'UA' ? 3 : 0),
 * })
 */
export function defineModel<const I extends InputTypes, const O extends OutputTypes = 'number', const A extends AnswerOf<O> = AnswerOf<O>>(
  spec: RowModelSpec<I, O, A> | FrameModelSpec<I, O>,
): ModelDefinition {
  const { name, version, dataType, description = '' } = spec
  for (const [key, value] of Object.entries({ name, version })) {
    if (!NAME.test(value)) throw invalid(spec, `has the ${key} '${value}'; letters, digits, '_', '.' and '-' are allowed, 100 at most`)
  }
  const outputs: OutputTypes = spec.outputs ?? 'number'
  if (Object.keys(spec.inputs).length === 0) throw invalid(spec, 'has no inputs')
  if (outputFieldsOf(outputs).length === 0) throw invalid(spec, 'has no outputs')
  return Object.freeze({
    name,
    version,
    dataType,
    description,
    format: 'function' as const,
    bytes: new TextEncoder().encode(`${name}@${version}`),
    createModel: (descriptor: ModelDescriptor) => {
      const columns = { inputs: fieldsOf(spec.inputs), outputs: outputFieldsOf(outputs) }
      if ('scoreFrame' in spec) return createFrameModel({ ...columns, scoreFrame: spec.scoreFrame })
      // The row is built from `inputs` and the answer checked against `outputs`, so their types are what the declaration says.
      const score = spec.score as (row: never) => unknown
      const readers = answerReadersOf(outputs, columns.outputs)
      return createRowModel({ ...columns, score, readers, paths: descriptor.inputs })
    },
  })
}

function invalid(spec: { readonly name: string }, what: string): SluiceError {
  return new SluiceError('config.invalid', `the model '${spec.name}' in code ${what}`)
}
