import { SluiceError } from '../../../core/errors.ts'
import { CELL, type Field, type Frame, FrameBuffer } from '../../../core/frame.ts'
import type { Model } from '../../../core/model.ts'
import { type OutputField, Scores } from '../../../core/scores.ts'
import type { PfaEngine } from '../engine/pfa-engine.ts'
import { createInputRows, type InputPaths, type InputRows } from '../input-rows.ts'
import { createPfaModel, rowError } from '../pfa-model.ts'
import { createFrameWriter, type WriteRow } from './frame-writer.ts'

export interface Transforms {
  /** Makes the model's inputs of a record. */
  readonly before: PfaEngine | undefined
  /** Makes the answer of the model's outputs. */
  readonly after: PfaEngine | undefined
  /** Where the inputs of what comes first are in the record. */
  readonly paths: InputPaths
}

/**
 * A model with a document before it, after it, or both. A record that a document refuses is rejected, and the model never sees it. Throws
 * `model.inputs.mismatch` where one does not fit the other, and `model.unsupported` where any of them has a state.
 */
export function createTransformedModel(model: Model, transforms: Transforms): Model {
  for (const [what, has] of [
    ['the model', model.state],
    ['a document', transforms.before?.hasState],
    ['a document', transforms.after?.hasState],
  ] as const)
    if (has !== undefined && has !== false)
      throw new SluiceError('model.unsupported', `${what} has a state, which is not kept with documents around a model`)
  return new TransformedModel(model, transforms)
}

/** What one frame needs; models that answer later may have several under way. */
interface Buffers {
  readonly inner: FrameBuffer
  readonly scores: Scores
  readonly outer: FrameBuffer
  /** Per row that the model sees: which of the frame it is. */
  rows: number[]
}

class TransformedModel implements Model {
  readonly inputs: readonly Field[]
  readonly outputs: readonly OutputField[]
  readonly positional?: boolean
  readonly #model: Model
  readonly #before: { readonly engine: PfaEngine; readonly rows: InputRows; readonly write: WriteRow } | undefined
  readonly #after: { readonly model: Model; readonly sources: readonly number[] } | undefined
  readonly #free: Buffers[] = []

  constructor(model: Model, { before, after, paths }: Transforms) {
    this.#model = model
    if (before !== undefined)
      this.#before = { engine: before, rows: createInputRows(before, paths), write: createFrameWriter(before.document.output, model) }
    if (after !== undefined) {
      const last = createPfaModel(after, {})
      this.#after = { model: last, sources: sourcesOf(last.inputs, model.outputs) }
    }
    this.inputs = this.#before?.rows.fields ?? model.inputs
    this.outputs = this.#after?.model.outputs ?? model.outputs
    if (before === undefined && model.positional !== undefined) this.positional = model.positional
  }

  score(frame: Frame, scores: Scores): void | Promise<void> {
    if (this.#after === undefined && this.#before === undefined) return this.#model.score(frame, scores)
    const buffers = this.#free.pop() ?? { inner: new FrameBuffer(), scores: new Scores(), outer: new FrameBuffer(), rows: [] }
    const seen = this.#prepare(frame, scores, buffers)
    buffers.scores.reset(this.#model.outputs, seen.rows)
    const scoring = seen.rows === 0 ? undefined : this.#model.score(seen, buffers.scores)
    if (scoring === undefined) return this.#finish(scores, buffers)
    return scoring.then(() => this.#finish(scores, buffers))
  }

  [Symbol.dispose](): void {
    try {
      this.#before?.engine.end()
    } catch {
      // What a document does at its end concerns nobody any more.
    }
    this.#after?.model[Symbol.dispose]()
    this.#model[Symbol.dispose]()
  }

  /** The frame that the model is to see: the rows that the document makes something of. */
  #prepare(frame: Frame, scores: Scores, buffers: Buffers): Frame {
    buffers.rows.length = 0
    if (this.#before === undefined) {
      for (let row = 0; row < frame.rows; row++) buffers.rows.push(row)
      return frame
    }
    const { engine, rows, write } = this.#before
    const { inner } = buffers
    inner.reset(this.#model.inputs, frame.rows, { value: () => undefined, text: () => undefined })
    for (let row = 0; row < frame.rows; row++) {
      try {
        write(engine.action(rows.read(frame, row)), inner, buffers.rows.length)
        inner.records[buffers.rows.length] = buffers.rows.length
        buffers.rows.push(row)
      } catch (error) {
        scores.reject(row, rowError(error))
      }
    }
    inner.rows = buffers.rows.length
    return inner
  }

  #finish(scores: Scores, buffers: Buffers): void {
    const { scores: given, rows } = buffers
    for (const [i, row] of rows.entries()) if (given.rejected[i] === 1) scores.reject(row, given.error(i)!)
    if (this.#after === undefined) {
      const width = given.outputs.length
      for (const [i, row] of rows.entries()) for (let o = 0; o < width; o++) scores.values[row * width + o] = given.values[i * width + o]!
    } else this.#transform(scores, buffers)
    this.#free.push(buffers)
  }

  #transform(scores: Scores, { scores: given, outer, rows }: Buffers): void {
    const { model, sources } = this.#after!
    const fields = model.inputs
    outer.reset(fields, scores.rows, { value: () => undefined, text: () => undefined })
    outer.rows = scores.rows
    for (const [i, row] of rows.entries()) {
      if (given.rejected[i] === 1) continue
      for (const [f, source] of sources.entries()) {
        const value = source < 0 ? Number.NaN : given.values[i * given.outputs.length + source]!
        const cell = row * fields.length + f
        const { dictionary } = given.outputs[source] ?? {}
        const isMissing = source < 0 || (dictionary === undefined ? Number.isNaN(value) : value < 0)
        outer.matrix[cell] = isMissing || dictionary === undefined ? value : fields[f]!.dictionary!.add(dictionary.text(value))
        outer.cells[cell] = isMissing ? CELL.missing : CELL.present
        if (isMissing) outer.flags[row] = CELL.missing
      }
    }
    // Rows that are rejected already stay so, whatever the document makes of them.
    void model.score(outer, scores)
  }
}

/** Which output feeds each input of the document: the one of its name, or the first where the document takes only one value. */
function sourcesOf(inputs: readonly Field[], outputs: readonly OutputField[]): readonly number[] {
  return inputs.map(({ name, type, required }) => {
    const found = outputs.findIndex((output) => output.name === name)
    const source = found < 0 && inputs.length === 1 && name === 'input' ? 0 : found
    const kind = source < 0 ? undefined : outputs[source]!.type === 'label' ? 'category' : 'number'
    if ((kind === undefined && !required) || kind === type) return source
    const has = outputs.map((output) => `'${output.name}' (a ${output.type})`).join(', ')
    const wanted = type === 'category' ? 'a text' : type === 'number' ? 'a number' : 'a structure'
    throw new SluiceError('model.inputs.mismatch', `the document after the model takes '${name}', ${wanted}; the model gives ${has}`)
  })
}
