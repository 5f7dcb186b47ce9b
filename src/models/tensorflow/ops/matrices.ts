import { OpContext } from '../graph/op-context.ts'
import type { Tensor } from '../graph/value.ts'
import { ACTIVATIONS } from './activations.ts'
import type { OpTable } from './op-table.ts'

function transposed(op: OpContext, x: Tensor, isTransposed: boolean): Tensor {
  return isTransposed ? op.add('Transpose', [x], { attributes: { perm: [1, 0] } }) : x
}

function product(op: OpContext): Tensor {
  return op.add('MatMul', [transposed(op, op.tensor(0), op.flag('transpose_a')), transposed(op, op.tensor(1), op.flag('transpose_b'))])
}

/** A product of stacks of matrices; turned ones by Einsum, which needs no rank. */
function batchProduct(op: OpContext): Tensor {
  const [x, y] = op.tensors(0, 2) as [Tensor, Tensor]
  const [turnX, turnY] = [op.flag('adj_x'), op.flag('adj_y')]
  if (!turnX && !turnY) return op.add('MatMul', [x, y])
  const equation = `...${turnX ? 'ki' : 'ik'},...${turnY ? 'jk' : 'kj'}->...ij`
  return op.add('Einsum', [x, y], { attributes: { equation } })
}

/** A bias goes along the last dimension, or along the second of pictures with their channels first. */
export function addBias(op: OpContext, x: Tensor, bias: Tensor): Tensor {
  if (op.text('data_format') !== 'NCHW') return op.add('Add', [x, bias])
  return op.add('Add', [x, op.add('Unsqueeze', [bias, op.axes([1, 2])])])
}

/** The activation that is fused behind another op, by its name. */
export function fused(op: OpContext, x: Tensor, name: string): Tensor {
  if (name === 'BiasAdd') return addBias(op, x, op.tensor(2))
  const entry = ACTIVATIONS[name]
  if (entry === undefined) throw op.unsupported(`is fused with '${name}'`)
  return entry.convert(new OpContext({ node: op.node, inputs: [x], body: op.body, resources: op.resources, path: op.path })) as Tensor
}

/** Products of matrices. */
export const MATRICES: OpTable = {
  MatMul: { convert: product },
  BatchMatMul: { convert: batchProduct },
  BatchMatMulV2: { convert: batchProduct },
  BatchMatMulV3: { convert: batchProduct },
  Einsum: { convert: (op) => op.add('Einsum', op.tensors(), { attributes: { equation: op.text('equation') } }) },
  BiasAdd: { convert: (op) => addBias(op, op.tensor(0), op.tensor(1)) },
  BiasAddV1: { convert: (op) => addBias(op, op.tensor(0), op.tensor(1)) },
  _FusedMatMul: {
    convert: (op) => (op.attribute('fused_ops').list?.texts ?? []).reduce((x, name) => fused(op, x, name), product(op)),
  },
}
