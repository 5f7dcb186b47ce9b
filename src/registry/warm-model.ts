import { FrameBuffer } from '../core/frame.ts'
import type { Model } from '../core/model.ts'
import { Scores } from '../core/scores.ts'

const ROWS = 64
const ROUNDS = 8

/**
 * Lets a model score made-up rows before it meets real ones, so that the first records don't pay for compiling and allocating.
 * That it rejects such rows is no fault; that it throws is, and is thrown. A model that asks for structured values meets none here,
 * since nobody can make them up.
 */
export async function warmModel(model: Model): Promise<void> {
  if (model.inputs.some((field) => field.type === 'value')) return
  const frame = new FrameBuffer()
  const scores = new Scores()
  for (let round = 0; round < ROUNDS; round++) {
    frame.reset(model.inputs, ROWS)
    fill(frame, round)
    scores.reset(model.outputs, frame.rows)
    await model.score(frame, scores)
    await new Promise(setImmediate)
  }
}

function fill(frame: FrameBuffer, round: number): void {
  const width = frame.fields.length
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < width; column++) {
      const field = frame.fields[column]!
      const turn = row + round * ROWS + column * 7
      const known = field.dictionary?.size ?? 0
      const value =
        field.type === 'number' ? (turn % 23) - 3 + (turn % 7) / 8 : field.type === 'category' && known > 0 ? turn % known : Number.NaN
      frame.matrix[row * width + column] = value
      if (field.type === 'category' && known === 0) {
        frame.cells[row * width + column] = 1
        frame.flags[row] = 1
      }
    }
  }
  frame.rows = ROWS
}
