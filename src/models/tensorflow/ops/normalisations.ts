import type { OpContext } from '../graph/op-context.ts'
import type { Tensor } from '../graph/value.ts'
import { channelsFirst, fromChannelsFirst, toChannelsFirst } from './convolutions.ts'
import { type OpEntry, type OpTable } from './op-table.ts'

/** (x - mean) / sqrt(variance + epsilon) * scale + offset, channel by channel. */
function batchNormalise(op: OpContext): Tensor[] {
  const [x, scale, offset, mean, variance] = op.tensors(0, 5) as [Tensor, Tensor, Tensor, Tensor, Tensor]
  const isTraining = op.attribute('is_training').bool ?? true
  const first = channelsFirst(op)
  const along = (one: Tensor): Tensor => (first ? op.add('Unsqueeze', [one, op.axes([1, 2])]) : one)
  const means = isTraining ? average(op, x) : along(mean)
  const centred = op.add('Sub', [x, means])
  const spread = isTraining ? average(op, op.add('Mul', [centred, centred])) : along(variance)
  const epsilon = op.scalar(spread.type, op.attribute('epsilon').float ?? 1e-4)
  const factor = op.add('Div', [along(scale), op.add('Sqrt', [op.add('Add', [spread, epsilon])])])
  return [op.add('Add', [op.add('Mul', [centred, factor]), along(offset)]), mean, variance]
}

/** The mean over all but the channels, whose dimension stays. */
function average(op: OpContext, x: Tensor): Tensor {
  const axes = channelsFirst(op) ? [0, 2, 3] : [0, 1, 2]
  return op.add('ReduceMean', [x, op.axes(axes)], { attributes: { keepdims: 1 } })
}

const batchNorm: OpEntry = { convert: batchNormalise }

/** Normalisation. */
export const NORMALISATIONS: OpTable = {
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  LRN: {
    convert: (op) => {
      const size = 2 * op.int('depth_radius', 5) + 1
      const [alpha, beta, bias] = ['alpha', 'beta', 'bias'].map((name) => op.attribute(name).float)
      const attributes = { size, alpha: { float: (alpha ?? 1) * size }, beta: { float: beta ?? 0.5 }, bias: { float: bias ?? 1 } }
      return fromChannelsFirst(op, op.add('LRN', [toChannelsFirst(op, op.tensor(0), 2)], { attributes }), 2)
    },
  },
}
