import { readFileSync } from 'node:fs'
import type { FrameBuffer } from '../../src/core/frame.ts'
import type { Model, ModelDescriptor } from '../../src/core/model.ts'
import { Scores } from '../../src/core/scores.ts'
import { createPmmlRuntime } from '../../src/models/pmml/runtime.ts'
import { frameOf } from '../../test/contracts/frame-of.ts'

const BATCH = 256

/** A loaded document with its rows as a codec would hand them over. */
export interface Product extends Disposable {
  readonly rows: number
  /** Scores all rows so many times; answers the CPU nanoseconds that the process used for it. */
  run(times: number): number
  /** Per row: the value and the shares of classes by name; undefined for a row that is rejected. */
  answers(): readonly (Answer | undefined)[]
}

export interface Answer {
  readonly value: string | number
  readonly shares: ReadonlyMap<string, number>
}

export const DESCRIPTOR: ModelDescriptor = {
  name: 'bench',
  version: '1',
  description: '',
  dataType: 'bench',
  format: 'pmml',
  sha256: '',
  metadata: {},
  inputs: {},
}

export async function loadProduct(document: string, rows: string): Promise<Product> {
  await using runtime = createPmmlRuntime()
  const model = await runtime.load(DESCRIPTOR, readFileSync(document))
  const frames = framesOf(model, readFileSync(rows, 'utf8'))
  const scores = new Scores()
  const score = (frame: FrameBuffer): void => {
    scores.reset(model.outputs, frame.rows)
    if (model.score(frame, scores) !== undefined) throw new Error('the model answers later')
  }
  return {
    rows: frames.reduce((sum, frame) => sum + frame.rows, 0),
    run(times) {
      const before = process.cpuUsage()
      for (let time = 0; time < times; time++) for (const frame of frames) score(frame)
      const { user, system } = process.cpuUsage(before)
      return (user + system) * 1000
    },
    answers: () =>
      frames.flatMap((frame) => {
        score(frame)
        return Array.from({ length: frame.rows }, (_, row) => (scores.rejected[row] === 1 ? undefined : answerOf(model, scores, row)))
      }),
    [Symbol.dispose]: () => model[Symbol.dispose](),
  }
}

function answerOf({ outputs }: Model, { values }: Scores, row: number): Answer {
  const at = row * outputs.length
  const [first] = outputs
  const shares = new Map<string, number>()
  for (const [i, { name }] of outputs.entries()) {
    const category = /^probability\((.*)\)$/.exec(name)?.[1]
    if (category !== undefined && !shares.has(category)) shares.set(category, values[at + i]!)
  }
  return { value: first!.type === 'label' ? first!.dictionary!.text(values[at]!) : values[at]!, shares }
}

function framesOf(model: Model, text: string): readonly FrameBuffer[] {
  const [heading, ...lines] = text.trimEnd().split('\n')
  const names = heading!.split('\t')
  const rows = lines.map((line) => {
    const cells = line.split('\t')
    return model.inputs.map(({ name, type }) => {
      const cell = cells[names.indexOf(name)]
      if (cell === undefined || cell === '') return undefined
      return type === 'number' ? numberOf(cell) : cell
    })
  })
  return Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, i) => frameOf(model.inputs, rows.slice(i * BATCH, (i + 1) * BATCH)))
}

function numberOf(cell: string): number | boolean | string {
  const word = cell.toLowerCase()
  if (word === 'true' || word === 'false') return word === 'true'
  const number = Number(cell)
  return Number.isNaN(number) ? cell : number
}
