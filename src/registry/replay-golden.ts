import { SluiceError } from '../core/errors.ts'
import { CELL, type Field, FrameBuffer } from '../core/frame.ts'
import { type GoldenVector, type GoldenVectors, type Model, type ModelDescriptor, modelId } from '../core/model.ts'
import { Scores } from '../core/scores.ts'

/** How many categories an open dictionary may learn here. */
const MAX_CATEGORIES = 1_000_000

/**
 * Lets a model score the inputs of the golden vectors that travel with it, in one frame, and compares its outputs with theirs: numbers
 * within the tolerance, labels as they are. A model with a state does so from its initial state on. Does nothing where there are none. Throws `model.golden.mismatch` with the first difference
 * and how many vectors differ.
 */
export async function replayGolden(descriptor: ModelDescriptor, model: Model): Promise<void> {
  const { golden } = descriptor
  if (golden === undefined) return
  const { vectors } = golden
  const refuse = refusal(modelId(descriptor), vectors.length)
  checkNames(vectors, model, refuse)
  const frame = frameOf(model.inputs, vectors)
  const scores = new Scores()
  scores.reset(model.outputs, vectors.length)
  // The model itself may have scored made-up rows before.
  await (model.state?.fork() ?? model).score(frame, scores)
  const differences = vectors.flatMap((vector, row) => differenceOf(vector, golden, { scores, row }) ?? [])
  const [first] = differences
  if (first !== undefined) throw refuse(`${first}${differences.length > 1 ? ` (${differences.length} vectors differ)` : ''}`)
}

type Refuse = (problem: string) => SluiceError

function refusal(id: string, count: number): Refuse {
  return (problem) =>
    new SluiceError('model.golden.mismatch', `${id} does not reproduce its ${count} golden vectors: ${problem}`, { details: { model: id } })
}

function checkNames(vectors: readonly GoldenVector[], model: Model, refuse: Refuse): void {
  const known = { input: new Set(model.inputs.map((field) => field.name)), output: new Set(model.outputs.map((field) => field.name)) }
  for (const [i, { inputs, outputs }] of vectors.entries()) {
    for (const [kind, values] of [
      ['input', inputs],
      ['output', outputs],
    ] as const) {
      const unknown = Object.keys(values).find((name) => !known[kind].has(name))
      if (unknown === undefined) continue
      const names = [...known[kind]].slice(0, 20).join(', ')
      throw refuse(`vector ${i + 1} has the ${kind} '${unknown}', and the model's ${kind}s are ${names}`)
    }
  }
}

/** The inputs as a codec would decode them from a record. */
function frameOf(fields: readonly Field[], vectors: readonly GoldenVector[]): FrameBuffer {
  const frame = new FrameBuffer()
  const given = (row: number, name: string): number | string | undefined => {
    const { inputs } = vectors[row]!
    return Object.hasOwn(inputs, name) ? inputs[name] : undefined
  }
  frame.reset(fields, vectors.length, {
    value: (row) => vectors[row]!.inputs,
    text: (row, field) => given(row, fields[field]!.name)?.toString(),
  })
  for (let row = 0; row < vectors.length; row++) {
    frame.records[row] = row
    for (const [column, field] of fields.entries()) {
      const value = given(row, field.name)
      const at = row * fields.length + column
      const cell = value === undefined ? CELL.missing : field.type === 'number' && typeof value === 'string' ? CELL.invalid : CELL.present
      frame.cells[at] = cell
      frame.matrix[at] = cell === CELL.present ? numberOf(field, value!) : Number.NaN
      frame.flags[row]! |= cell
    }
  }
  frame.rows = vectors.length
  return frame
}

function numberOf(field: Field, value: number | string): number {
  if (field.type === 'value') return Number.NaN
  if (field.type === 'number') return value as number
  const text = String(value)
  return field.open === true ? Math.max(-1, field.dictionary!.intern(text, MAX_CATEGORIES)) : field.dictionary!.code(text)
}

/** What differs between a row's outputs and a vector's, in words; undefined where nothing does. */
function differenceOf(
  { outputs }: GoldenVector,
  { absoluteTolerance, relativeTolerance }: GoldenVectors,
  { scores, row }: { readonly scores: Scores; readonly row: number },
): string | undefined {
  const place = `vector ${row + 1}`
  if (scores.rejected[row] === 1) return `${place} is rejected: ${scores.error(row)?.message ?? 'for no reason'}`
  for (const [name, expected] of Object.entries(outputs)) {
    const output = scores.outputs.findIndex((field) => field.name === name)
    const value = scores.values[row * scores.outputs.length + output]!
    const { type, dictionary } = scores.outputs[output]!
    const actual = type === 'number' ? value : value >= 0 ? dictionary!.text(value) : undefined
    if (typeof expected === 'number' && typeof actual === 'number') {
      const difference = Math.abs(actual - expected)
      const allowed = Math.max(absoluteTolerance, relativeTolerance * Math.abs(expected))
      if (difference <= allowed || Object.is(actual, expected)) continue
      return `${name} of ${place} is ${actual} and should be ${expected}: it is off by ${difference.toPrecision(3)}, and ${allowed.toPrecision(3)} is allowed`
    }
    // A label may have been written as a number.
    if (actual !== undefined && String(actual) === String(expected)) continue
    return `${name} of ${place} is ${actual === undefined ? 'nothing' : `'${actual}'`} and should be '${expected}'`
  }
  return undefined
}
