import { OnnxBody } from '../graph/onnx-body.ts'
import type { OpContext } from '../graph/op-context.ts'
import type { Tensor, TensorList } from '../graph/value.ts'
import { type OpEntry, type OpTable } from './op-table.ts'

function fresh(op: OpContext, attribute: string): TensorList {
  const sequence = op.body.newName()
  const type = op.type(attribute)
  op.body.add('SequenceEmpty', [[], [sequence]], { attributes: { dtype: onnxNumber(op, type) } })
  return { kind: 'list', type, sequence }
}

function onnxNumber(op: OpContext, type: TensorList['type']): number {
  const number = { float32: 1, int32: 6, int64: 7, string: 8, bool: 9, float64: 11 }[type as string]
  if (number === undefined) throw op.unsupported(`makes a list of ${type}`)
  return number
}

/** A list with the element at an index put there: instead of the one that is, or behind the last. */
function withItem(op: OpContext, list: TensorList, item: Tensor): TensorList {
  const { body } = op
  const sequence = body.sequenceOf(list)
  const at = op.cast(op.tensor(1), 'int64')
  const length = body.newName()
  body.add('SequenceLength', [[sequence], [length]])
  const isThere = op.add('Less', [at, { kind: 'tensor', type: 'int64', name: length }], { type: 'bool' })
  const room = body.newName()
  const [yes, no] = [new OnnxBody(body), new OnnxBody(body)]
  const [without, same] = [yes.newName(), no.newName()]
  yes.add('SequenceErase', [[sequence, body.nameOf(at)], [without]])
  no.add('Identity', [[sequence], [same]])
  const ends = [without, same].map((name) => [{ name, type: list.type, isSequence: true }])
  const attributes = { then_branch: { graph: yes.graph([], ends[0]!) }, else_branch: { graph: no.graph([], ends[1]!) } }
  body.add('If', [[body.nameOf(isThere)], [room]], { attributes })
  const result = body.newName()
  body.add('SequenceInsert', [[room, body.nameOf(item), body.nameOf(at)], [result]])
  return { kind: 'list', type: list.type, sequence: result }
}

function itemOf(op: OpContext, list: TensorList): Tensor {
  if (list.stacked !== undefined) return op.add('Gather', [list.stacked, op.tensor(1)], { type: list.type, attributes: { axis: 0 } })
  const name = op.body.newName()
  op.body.add('SequenceAt', [[op.body.sequenceOf(list), op.body.nameOf(op.cast(op.tensor(1), 'int64'))], [name]])
  return { kind: 'tensor', type: list.type, name }
}

function stacked(op: OpContext, list: TensorList): Tensor {
  if (list.stacked !== undefined) return list.stacked
  const name = op.body.newName()
  op.body.add('ConcatFromSequence', [[op.body.sequenceOf(list)], [name]], { attributes: { axis: 0, new_axis: 1 } })
  return { kind: 'tensor', type: list.type, name }
}

function withAnother(op: OpContext): TensorList {
  const list = op.list(0)
  const sequence = op.body.newName()
  op.body.add('SequenceInsert', [[op.body.sequenceOf(list), op.body.nameOf(op.tensor(1))], [sequence]])
  return { kind: 'list', type: list.type, sequence }
}

function lengthOf(op: OpContext, list: TensorList): Tensor {
  if (list.stacked !== undefined) {
    const shape = op.add('Shape', [list.stacked], { type: 'int64' })
    return op.cast(op.add('Gather', [shape, op.scalar('int64', 0)], { attributes: { axis: 0 } }), 'int32')
  }
  const name = op.body.newName()
  op.body.add('SequenceLength', [[op.body.sequenceOf(list)], [name]])
  return op.cast({ kind: 'tensor', type: 'int64', name }, 'int32')
}

/** An array filled from a tensor at once, as `unstack` does: the indices count from 0. */
function scattered(op: OpContext): TensorList {
  const indices = op.knownNumbers(1)
  if (indices?.some((index, i) => index !== i)) throw op.unsupported('takes indices that are not all in order')
  return { kind: 'list', type: op.tensor(2).type, stacked: op.tensor(2) }
}

const fromTensor: OpEntry = {
  convert: (op) => ({ kind: 'list', type: op.tensor(0).type, stacked: op.tensor(0) }),
}

/** Lists of tensors, which loops read from and add to. */
export const LISTS: OpTable = {
  EmptyTensorList: { convert: (op) => fresh(op, 'element_dtype') },
  TensorListReserve: { convert: (op) => fresh(op, 'element_dtype'), note: 'elements that are never set' },
  TensorListFromTensor: fromTensor,
  TensorListGetItem: { convert: (op) => itemOf(op, op.list(0)) },
  TensorListSetItem: { convert: (op) => withItem(op, op.list(0), op.tensor(2)) },
  TensorListPushBack: { convert: withAnother },
  TensorListStack: { convert: (op) => stacked(op, op.list(0)) },
  TensorListLength: { convert: (op) => lengthOf(op, op.list(0)) },
  // The arrays of TensorFlow 1: what flows between their ops is the list.
  TensorArrayV3: { convert: (op) => [{ kind: 'resource', op: op.node.op, path: op.path, sharedName: '' }, fresh(op, 'dtype')] },
  TensorArrayReadV3: { convert: (op) => itemOf(op, op.list(2)) },
  TensorArrayWriteV3: { convert: (op) => withItem(op, op.list(3), op.tensor(2)) },
  TensorArrayScatterV3: { convert: scattered, note: 'indices other than all in order' },
  TensorArrayGatherV3: {
    convert: (op) => op.add('Gather', [stacked(op, op.list(2)), op.tensor(1)], { attributes: { axis: 0 } }),
  },
  TensorArraySizeV3: { convert: (op) => lengthOf(op, op.list(1)) },
}
