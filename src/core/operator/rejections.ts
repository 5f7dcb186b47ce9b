import { asSluiceError, SluiceError } from '../errors.ts'
import type { Outcomes } from '../outcomes.ts'
import type { OutputField, Scores } from '../scores.ts'
import type { RecordFrame } from './part-frame.ts'
import type { ServedModel } from './served-model.ts'

/** What a model has scored: records of one batch, or some of them. */
export interface Scored {
  readonly served: ServedModel | undefined
  readonly frame: Pick<RecordFrame, 'rows' | 'records'>
  readonly scores: Scores
  failed: boolean
}

/** The model itself failed: all rows of the group that it had not rejected are. */
export function failFrame(group: Scored, cause: unknown): undefined {
  const { id } = group.served!.loaded
  const { message } = asSluiceError(cause, 'model.runtime.failed', `${id} failed`)
  const error = new SluiceError('record.score.failed', message, { cause, details: { model: id } })
  for (let row = 0; row < group.frame.rows; row++) group.scores.reject(row, error)
  group.failed = true
}

/**
 * Rejects the records whose rows the model rejected, or answered with what is no answer: a number that is not finite as the
 * score, or a label, in any output, that its dictionary does not have. What can't be written must not stop the stream.
 */
export function rejectUnusable(group: Scored, outcomes: Outcomes): void {
  const { frame, scores } = group
  const width = scores.outputs.length
  const { type } = scores.outputs[0]!
  for (let row = 0; row < frame.rows; row++) {
    if (scores.rejections > 0 && scores.rejected[row] === 1) {
      outcomes.reject(frame.records[row]!, scores.error(row)!)
      continue
    }
    const value = scores.values[row * width]!
    if (type === 'number' ? value - value !== 0 : !(value >= 0)) outcomes.reject(frame.records[row]!, withoutScore(group, value))
  }
  scores.outputs.forEach((output, column) => {
    if (output.type === 'label') rejectStrangeLabels(group, outcomes, { output, column })
  })
}

/** -1 and NaN stand for no label; any other code must be one that the dictionary gave. */
function rejectStrangeLabels(group: Scored, outcomes: Outcomes, { output, column }: { output: OutputField; column: number }): void {
  const { frame, scores } = group
  const width = scores.outputs.length
  const size = output.dictionary!.size
  for (let row = 0; row < frame.rows; row++) {
    const code = scores.values[row * width + column]!
    if (code >= size || (code >= 0 && code !== Math.trunc(code))) {
      const { id } = group.served!.loaded
      const message = `${id} answered the label ${code} for its output '${output.name}', which has ${size} labels`
      outcomes.reject(frame.records[row]!, new SluiceError('record.score.failed', message, { details: { model: id } }))
    }
  }
}

function withoutScore(group: Scored, value: number): SluiceError {
  const { id, model } = group.served!.loaded
  const { name, type } = model.outputs[0]!
  if (type === 'label')
    return new SluiceError('record.score.failed', `${id} gave no label for its output '${name}'`, { details: { model: id } })
  return new SluiceError('record.score.not-finite', `${id} answered ${value} for its output '${name}'`, { details: { model: id } })
}
