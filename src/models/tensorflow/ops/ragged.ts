import type { OpContext } from '../graph/op-context.ts'
import type { Tensor } from '../graph/value.ts'
import { type OpTable } from './op-table.ts'

const int64 = { type: 'int64' } as const

function countOf(op: OpContext, list: Tensor): Tensor {
  return op.add('Size', [list], int64)
}

function upTo(op: OpContext, count: Tensor): Tensor {
  return op.add('Range', [op.scalar('int64', 0), count, op.scalar('int64', 1)], int64)
}

const asList = (op: OpContext, scalar: Tensor): Tensor => op.add('Reshape', [op.cast(scalar, 'int64'), op.axes([1])])

/** Rows of different lengths: how many there are, of which row each value is, and where each row begins. */
interface Rows {
  readonly count: Tensor
  readonly rowOf: Tensor
  readonly begins: Tensor
}

function rowsOfSplits(op: OpContext, given: Tensor, values: Tensor): Rows {
  const splits = op.cast(given, 'int64')
  const ends = op.add('Slice', [splits, op.axes([1]), op.axes([2 ** 31]), op.axes([0])])
  const places = op.add('Unsqueeze', [upTo(op, countOf(op, values)), op.axes([1])])
  const isBehind = op.add('GreaterOrEqual', [places, ends], { type: 'bool' })
  return {
    count: countOf(op, ends),
    rowOf: op.add('ReduceSum', [op.cast(isBehind, 'int64'), op.axes([1])], { attributes: { keepdims: 0 } }),
    begins: splits,
  }
}

function rowsOfIds(op: OpContext, first: Tensor, ids: Tensor): Rows {
  const count = op.add('Reshape', [op.cast(first, 'int64'), op.axes([])])
  const rowOf = op.cast(ids, 'int64')
  const none = op.add('Expand', [op.scalar('int64', 0), asList(op, count)])
  const ones = op.add('Expand', [op.scalar('int64', 1), op.add('Shape', [rowOf], int64)])
  const lengths = op.add('ScatterElements', [none, rowOf, ones], { attributes: { reduction: 'add' } })
  const begins = op.add('CumSum', [lengths, op.scalar('int64', 0)], { attributes: { exclusive: 1 } })
  return { count, rowOf, begins }
}

/** Puts values at their places in a tensor of this shape; those without a place in it are left out. */
function scattered(
  op: OpContext,
  places: Tensor,
  { values, isIn, base, reduction }: { values: Tensor; isIn: Tensor; base: Tensor; reduction: string },
): Tensor {
  const kept = op.add('Compress', [places, isIn], { attributes: { axis: 0 } })
  const put = op.add('Compress', [values, isIn], { attributes: { axis: 0 } })
  return op.add('ScatterND', [base, kept, put], { type: values.type, attributes: { reduction } })
}

function pairs(op: OpContext, rows: Tensor, columns: Tensor): Tensor {
  const column = (list: Tensor): Tensor => op.add('Unsqueeze', [list, op.axes([1])])
  return op.add('Concat', [column(rows), column(columns)], { attributes: { axis: 1 } })
}

/** Rows of different lengths as a matrix, filled up with a default and cut to its width. */
function raggedToTensor(op: OpContext): Tensor {
  const kinds = op.attribute('row_partition_types').list?.texts ?? []
  const values = op.tensor(1)
  const otherwise = op.tensor(2)
  const rows =
    kinds.join() === 'FIRST_DIM_SIZE,VALUE_ROWIDS'
      ? rowsOfIds(op, op.tensor(3), op.tensor(4))
      : kinds.join() === 'ROW_SPLITS'
        ? rowsOfSplits(op, op.tensor(3), values)
        : undefined
  if (rows === undefined || (values.shape?.length ?? 1) !== 1) throw op.unsupported('has more than two dimensions')
  const sizes = op.knownNumbers(0)
  if (sizes === undefined || (sizes.length > 0 && sizes[0] !== -1)) throw op.unsupported('has a computed shape, or a fixed number of rows')
  const columns = op.add('Sub', [upTo(op, countOf(op, values)), op.add('Gather', [rows.begins, rows.rowOf])])
  const fixed = sizes[1] ?? -1
  const longest = op.add('Add', [
    op.add('ReduceMax', [op.add('Concat', [columns, op.axes([-1])], { attributes: { axis: 0 } })], { attributes: { keepdims: 0 } }),
    op.scalar('int64', 1),
  ])
  const width = fixed < 0 ? longest : op.scalar('int64', fixed)
  const shape = op.add('Concat', [asList(op, rows.count), asList(op, width)], { attributes: { axis: 0 } })
  const base = op.add('Expand', [op.add('Reshape', [otherwise, op.axes([1])]), shape], { type: values.type })
  const isIn = op.add('Less', [columns, width], { type: 'bool' })
  const matrix = scattered(op, pairs(op, rows.rowOf, columns), { values, isIn, base, reduction: 'none' })
  return { ...matrix, shape: [null, fixed < 0 ? null : fixed] }
}

/** How often, or with what weight, each number below `size` is in a row. */
function raggedBincount(op: OpContext): Tensor {
  const [splits, given, size, weights] = op.tensors(0, 4) as [Tensor, Tensor, Tensor, Tensor]
  const values = op.cast(given, 'int64')
  const rows = rowsOfSplits(op, splits, values)
  const type = op.type('T', weights.type)
  const limit = op.add('Reshape', [op.cast(size, 'int64'), op.axes([])])
  const shape = op.add('Concat', [asList(op, rows.count), asList(op, limit)], { attributes: { axis: 0 } })
  const base = op.add('Expand', [op.scalar(type, 0), shape])
  const isWeighted = weights.constant === undefined || weights.shape?.[0] !== 0
  if (isWeighted && weights.constant === undefined && weights.shape === undefined) throw op.unsupported('takes weights of an unknown shape')
  const ones = op.add('Expand', [op.scalar(type, 1), op.add('Shape', [values], int64)])
  const isBinary = op.flag('binary_output')
  const isIn = op.add('Less', [values, limit], { type: 'bool' })
  const put = isWeighted && !isBinary ? weights : ones
  const matrix = scattered(op, pairs(op, rows.rowOf, values), { values: put, isIn, base, reduction: isBinary ? 'none' : 'add' })
  const known = op.knownNumbers(2)?.[0]
  return { ...matrix, shape: [null, known ?? null] }
}

function sparseToDense(op: OpContext): Tensor {
  const [places, shape, values, otherwise] = op.tensors(0, 4) as [Tensor, Tensor, Tensor, Tensor]
  const rank = shape.shape?.[0] ?? op.knownNumbers(1)?.length ?? places.shape?.[1]
  if (rank === undefined || rank === null) throw op.unsupported('has a shape of unknown length')
  const base = op.add('Expand', [op.add('Reshape', [otherwise, op.axes([1])]), op.cast(shape, 'int64')], { type: values.type })
  const indices = op.add('Reshape', [op.cast(places, 'int64'), op.axes([-1, rank])])
  const put =
    values.shape?.length === 0 ? op.add('Expand', [values, op.add('Gather', [op.add('Shape', [indices], int64), op.axes([0])])]) : values
  return { ...op.add('ScatterND', [base, indices, put], { type: values.type }), shape: Array.from({ length: rank }, () => null) }
}

/** Rows of different lengths, and sparse tensors. */
export const RAGGED: OpTable = {
  RaggedTensorToTensor: { convert: raggedToTensor, note: 'more than two dimensions' },
  RaggedBincount: { convert: raggedBincount },
  SparseToDense: { convert: sparseToDense },
}
