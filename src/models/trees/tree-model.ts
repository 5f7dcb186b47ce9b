import { Dictionary } from '../../core/dictionary.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Field } from '../../core/frame.ts'
import type { Model, ModelDescriptor } from '../../core/model.ts'
import type { Scores } from '../../core/scores.ts'
import { createForest } from '../forest/create-forest.ts'
import { type Columns, columnIndices, createColumns } from './columns.ts'
import { createLink } from './link.ts'
import type { TreePlan } from './tree-plan.ts'

/**
 * Metadata of a descriptor that says how to use a model of trees, beside `feature_names`:
 * - `output`: the name of the output that is the score
 * - `raw`: `true` for the sums of the trees, as they are before they become probabilities or the like
 */
const METADATA = { output: 'output', raw: 'raw' } as const

/** Makes the model of a plan. `columnsOf` makes the columns of a format that has columns of its own. */
export function createTreeModel(
  plan: TreePlan,
  { metadata }: Pick<ModelDescriptor, 'metadata'>,
  columnsOf: (plan: TreePlan, fields: readonly Field[]) => Columns = (given) => createColumns(given),
): Model {
  const raw = metadata[METADATA.raw] ?? 'false'
  if (raw !== 'true' && raw !== 'false')
    throw new SluiceError('model.descriptor.malformed', `the metadata's raw is '${raw}'; it may be true or false`)
  const link = createLink(plan.link, raw === 'true', metadata[METADATA.output])
  const inputs = plan.inputs.map(fieldOf)
  const columns = columnsOf(plan, inputs)
  const forest = createForest({ ...plan.forest, columns: columnIndices(plan) })
  const { outputs } = link
  const width = plan.link.sums
  let sums = new Float64Array(0)
  return {
    inputs,
    outputs,
    ...(plan.positional && { positional: true }),
    score(frame, scores) {
      const { rows } = frame
      const matrix = columns.read(frame, scores)
      if (link.direct) forest.score(matrix, columns.stride, rows, scores.values)
      else {
        if (sums.length < rows * width) sums = new Float64Array(rows * width)
        forest.score(matrix, columns.stride, rows, sums)
        link.write(sums, rows, scores)
      }
      rejectUnfinished(scores)
    },
    [Symbol.dispose]() {},
  }
}

function fieldOf({ name, used, categories }: TreePlan['inputs'][number]): Field {
  if (categories === undefined) return { name, type: 'number', required: used }
  if (categories === 'open') return { name, type: 'category', dictionary: new Dictionary(), open: true, required: used }
  return { name, type: 'category', dictionary: new Dictionary(categories), required: used }
}

/** Rejects rows whose score is no finite number: leaves may be large enough for that. */
function rejectUnfinished(scores: Scores): void {
  const { values, outputs } = scores
  const width = outputs.length
  for (let row = 0, at = 0; row < scores.rows; row++, at += width) {
    if (Number.isFinite(values[at])) continue
    scores.reject(row, new SluiceError('record.score.not-finite', `output '${outputs[0]!.name}' is ${values[at]}`))
  }
}
