import type { SluiceError } from '../../src/core/errors.ts'
import type { Frame } from '../../src/core/frame.ts'
import type { Model } from '../../src/core/model.ts'
import { Scores } from '../../src/core/scores.ts'
import { frameOf, type PlainRow } from './frame-of.ts'

/** What a model said of one row: its outputs by name (a label as text, null for no value), or why it is rejected. */
export type Answer = Readonly<Record<string, number | string | null>> | SluiceError

/** Scores these rows in one frame and gives the answers in plain values, in the order of the rows. */
export async function scoreRows(model: Model, rows: readonly PlainRow[]): Promise<readonly Answer[]> {
  const frame = frameOf(model.inputs, rows)
  return answersOf(await scoreFrame(model, frame))
}

/** Scores a frame into scores of its own. */
export async function scoreFrame(model: Model, frame: Frame): Promise<Scores> {
  const scores = new Scores()
  scores.reset(model.outputs, frame.rows)
  await model.score(frame, scores)
  return scores
}

/** The answers of all rows in plain values. */
export function answersOf(scores: Scores): readonly Answer[] {
  return Array.from({ length: scores.rows }, (_, row) => {
    if (scores.rejected[row] === 1) return scores.error(row)!
    return Object.fromEntries(
      scores.outputs.map((output, i) => {
        const value = scores.values[row * scores.outputs.length + i]!
        if (output.type === 'number') return [output.name, Number.isNaN(value) ? null : value]
        return [output.name, value === -1 || Number.isNaN(value) ? null : output.dictionary!.text(value)]
      }),
    )
  })
}
