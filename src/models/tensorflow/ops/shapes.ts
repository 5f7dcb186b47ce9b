import { elementCount, numbersOf, tensorOf } from '../const-tensor.ts'
import type { DataType } from '../data-types.ts'
import type { OpContext } from '../graph/op-context.ts'
import { broadcastShape, constantValue, type Tensor } from '../graph/value.ts'
import { type OpEntry, type OpTable, unary } from './op-table.ts'
import { integersOf } from './integers.ts'
import { batchToSpace, spaceToBatch } from './space-to-batch.ts'
import { preparedSlice, stridedSlice } from './strided-slice.ts'

/** The shape as 64-bit integers; a constant where it is known. */
function shapeOf(op: OpContext, x: Tensor): Tensor {
  const sizes = x.shape
  if (sizes !== undefined && sizes.every((size) => size !== null)) return op.axes(sizes)
  return op.add('Shape', [x], { type: 'int64' })
}

/** A constant with its values in another shape; undefined where it is none, or the shape does not fit. */
function reshaped({ constant }: Tensor, shape: readonly number[]): Tensor | undefined {
  if (constant === undefined || shape.some((size) => size < 0) || elementCount(shape) !== elementCount(constant.shape)) return undefined
  return constantValue({ ...constant, shape })
}

function reshape(op: OpContext): Tensor {
  const known = reshaped(op.tensor(0), op.knownNumbers(1) ?? [-1])
  if (known !== undefined) return known
  const shaped = op.add('Reshape', [op.tensor(0), integersOf(op, 1)], { attributes: { allowzero: 1 } })
  return op.shaped(
    shaped,
    op.knownNumbers(1)?.map((size) => (size < 0 ? null : size)),
  )
}

/** Joins of small constant lists of integers are done here: they are shapes, which other ops want to know. */
function folded(parts: readonly Tensor[], rank: number): Tensor | undefined {
  const constants = parts.flatMap(({ constant }) =>
    constant !== undefined && constant.type.includes('int') && constant.shape.length === rank ? [constant] : [],
  )
  if (constants.length < parts.length || constants.some(({ shape }) => (shape[0] ?? 1) > 1000)) return undefined
  const values = constants.flatMap((constant) => numbersOf(constant)!)
  return constantValue(tensorOf(constants[0]!.type, [values.length], values))
}

function expandDims(op: OpContext): Tensor {
  const [x, axis] = [op.tensor(0), op.knownNumbers(1)?.[0]]
  if (x.constant !== undefined && axis !== undefined) {
    const shape = [...x.constant.shape]
    shape.splice(axis < 0 ? shape.length + 1 + axis : axis, 0, 1)
    return reshaped(x, shape)!
  }
  return op.add('Unsqueeze', [x, op.add('Reshape', [integersOf(op, 1), op.axes([1])])])
}

function concat(op: OpContext, parts: readonly Tensor[], axis: number): Tensor {
  const constant = axis === 0 ? folded(parts, 1) : undefined
  if (constant !== undefined) return constant
  return parts.length === 1 ? parts[0]! : op.add('Concat', parts, { attributes: { axis } })
}

function pack(op: OpContext): Tensor {
  const parts = op.tensors()
  const axis = op.int('axis')
  const constant = axis === 0 ? folded(parts, 0) : undefined
  if (constant !== undefined) return constant
  const joined = op.add(
    'Concat',
    parts.map((part) => op.add('Unsqueeze', [part, op.axes([axis])])),
    { attributes: { axis } },
  )
  const shape = parts.find((part) => part.shape !== undefined)?.shape
  return op.shaped(joined, shape?.toSpliced(axis < 0 ? axis + shape.length + 1 : axis, 0, parts.length))
}

function unpack(op: OpContext): Tensor[] {
  const [x, axis] = [op.tensor(0), op.int('axis')]
  return Array.from({ length: op.int('num') }, (_, i) => op.add('Gather', [x, op.scalar('int64', i)], { attributes: { axis } }))
}

function split(op: OpContext, x: Tensor, { axis, sizes, count }: { axis: number; sizes?: readonly number[]; count: number }): Tensor[] {
  const types = Array.from({ length: count }, () => x.type)
  if (count === 1) return [x]
  if (sizes === undefined) return op.addMany('Split', [x], { types, attributes: { axis, num_outputs: count } })
  if (!sizes.includes(-1)) return op.addMany('Split', [x, op.axes(sizes)], { types, attributes: { axis } })
  // One size is what is left: cut from the front to it, and from the back behind it.
  const open = sizes.indexOf(-1)
  let [from, until] = [0, -sizes.slice(open + 1).reduce((sum, size) => sum + size, 0)]
  return sizes.map((size, i) => {
    const start = i <= open ? from : until
    const end = i < open ? from + size : i === open ? (until === 0 ? 2 ** 31 - 1 : until) : until + size
    if (i < open) from += size
    else if (i > open) until += size
    return op.add('Slice', [x, op.axes([start]), op.axes([end === 0 ? 2 ** 31 - 1 : end]), op.axes([axis])])
  })
}

/** x from begin, so many along each dimension; -1 for all that are left. */
function slice(op: OpContext): Tensor {
  const begin = integersOf(op, 1)
  const known = op.knownNumbers(2)
  const starts = op.knownNumbers(1)
  if (known !== undefined && starts !== undefined) {
    return op.add('Slice', [op.tensor(0), begin, op.axes(known.map((size, i) => (size < 0 ? 2 ** 31 - 1 : starts[i]! + size)))])
  }
  const size = integersOf(op, 2)
  const isRest = op.add('Less', [size, op.scalar('int64', 0)], { type: 'bool' })
  const ends = op.add('Where', [isRest, op.scalar('int64', 2 ** 31 - 1), op.add('Add', [begin, size])], { type: 'int64' })
  return op.add('Slice', [op.tensor(0), begin, ends])
}

function pad(op: OpContext, mode: string, value?: Tensor): Tensor {
  const known = op.knownNumbers(1)
  if (known === undefined) {
    // ONNX wants all beginnings before all ends.
    const turned = op.add('Transpose', [op.cast(op.tensor(1), 'int64')], { attributes: { perm: [1, 0] } })
    return op.add('Pad', [op.tensor(0), op.add('Reshape', [turned, op.axes([-1])]), value], { attributes: { mode } })
  }
  const [begins, ends] = [0, 1].map((side) => known.filter((_, i) => i % 2 === side))
  return op.add('Pad', [op.tensor(0), op.axes([...begins!, ...ends!]), value], { attributes: { mode } })
}

function filled(op: OpContext, shape: Tensor, value: Tensor): Tensor {
  return op.add('Expand', [value, shape], { type: value.type })
}

const like = (value: number): OpEntry =>
  unary((op, x) => {
    if (x.type === 'string') throw op.unsupported('makes texts')
    return filled(op, shapeOf(op, x), op.scalar(x.type, value))
  })

function range(op: OpContext): Tensor {
  const bounds = op.tensors(0, 3)
  const known = bounds.map((_, i) => op.knownNumbers(i)?.[0])
  if (known.every((bound) => bound !== undefined) && bounds[0]!.type.includes('int')) {
    const [from, to, step] = known as [number, number, number]
    const count = Math.max(0, Math.ceil((to - from) / step))
    if (count <= 10_000)
      return constantValue(
        tensorOf(
          bounds[0]!.type,
          [count],
          Array.from({ length: count }, (_, i) => from + i * step),
        ),
      )
  }
  return op.add('Range', bounds)
}

const out = (op: OpContext, x: Tensor): Tensor => op.cast(x, op.type('out_type', 'int32' satisfies DataType))

/** x with its end in front: so many places along each axis. */
function roll(op: OpContext): Tensor {
  const [shifts, axes] = [op.numbers(1, 'shifts'), op.numbers(2, 'axes')]
  return axes.reduce((x, axis, i) => {
    const size = op.add('Gather', [op.add('Shape', [x], { type: 'int64' }), op.axes([axis])], { attributes: { axis: 0 } })
    const start = op.add('Mod', [op.axes([-shifts[i]!]), size])
    const front = op.add('Slice', [x, start, size, op.axes([axis])])
    const back = op.add('Slice', [x, op.axes([0]), start, op.axes([axis])])
    return op.add('Concat', [front, back], { attributes: { axis } })
  }, op.tensor(0))
}

/** Ops that move elements and change shapes. */
export const SHAPES: OpTable = {
  Shape: unary((op, x) => out(op, shapeOf(op, x))),
  ShapeN: { convert: (op) => op.tensors().map((x) => out(op, shapeOf(op, x))) },
  Size: unary((op, x) => out(op, op.add('Size', [x], { type: 'int64' }))),
  Rank: unary((op, x) => {
    if (x.shape !== undefined) return op.scalar('int32', x.shape.length)
    return op.cast(op.add('Size', [op.add('Shape', [x], { type: 'int64' })]), 'int32')
  }),
  Reshape: {
    convert: reshape,
    prepare: (op) => {
      const sizes = op.knownNumbers(1)
      if (sizes === undefined) return undefined
      return op.prepare('reshape', [{ type: op.tensor(0).type, shape: sizes.map((size) => (size < 0 ? null : size)) }])
    },
  },
  ExpandDims: {
    convert: expandDims,
    prepare: (op) => {
      const { type, shape } = op.tensor(0)
      const axis = op.knownNumbers(1)?.[0]
      if (axis === undefined) return undefined
      const expanded = shape?.toSpliced(axis < 0 ? axis + shape.length + 1 : axis, 0, 1)
      return op.prepare('expandDims', [{ type, ...(expanded && { shape: expanded }) }])
    },
  },
  Squeeze: {
    convert: (op) => {
      const axes = op.ints('squeeze_dims').length > 0 ? op.ints('squeeze_dims') : op.ints('axis')
      return op.add('Squeeze', axes.length > 0 ? [op.tensor(0), op.axes(axes)] : [op.tensor(0)])
    },
    prepare: (op) => {
      const axes = op.ints('squeeze_dims').length > 0 ? op.ints('squeeze_dims') : op.ints('axis')
      const { type, shape } = op.tensor(0)
      const left = axes.length > 0 ? shape?.filter((_, i) => !axes.includes(i) && !axes.includes(i - shape.length)) : undefined
      return op.prepare('squeeze', [{ type, ...(left && { shape: left }) }], { axes: [...axes] })
    },
  },
  Transpose: { convert: (op) => op.add('Transpose', [op.tensor(0)], { attributes: { perm: op.numbers(1, 'permutations') } }) },
  ConcatV2: {
    convert: (op) => concat(op, op.tensors(0, op.inputs.length - 1), op.numbers(op.inputs.length - 1, 'axes')[0]!),
  },
  Concat: { convert: (op) => concat(op, op.tensors(1), op.numbers(0, 'axes')[0]!) },
  Pack: { convert: pack },
  Unpack: { convert: unpack },
  Split: {
    convert: (op) => split(op, op.tensor(1), { axis: op.numbers(0, 'axes')[0]!, count: op.int('num_split', 1) }),
  },
  SplitV: {
    convert: (op) => {
      const sizes = op.numbers(1, 'sizes')
      return split(op, op.tensor(0), { axis: op.numbers(2, 'axes')[0]!, sizes, count: sizes.length })
    },
  },
  Slice: { convert: slice },
  StridedSlice: { convert: stridedSlice, prepare: preparedSlice, note: 'with all masks' },
  Tile: { convert: (op) => op.add('Tile', [op.tensor(0), integersOf(op, 1)]) },
  BroadcastTo: { convert: (op) => op.add('Expand', [op.tensor(0), integersOf(op, 1)]) },
  Fill: { convert: (op) => filled(op, integersOf(op, 0), op.tensor(1)) },
  ZerosLike: like(0),
  OnesLike: like(1),
  Range: { convert: range },
  Pad: { convert: (op) => pad(op, 'constant') },
  PadV2: { convert: (op) => pad(op, 'constant', op.tensor(2)) },
  MirrorPad: { convert: (op) => pad(op, op.text('mode') === 'SYMMETRIC' ? refuseSymmetric(op) : 'reflect') },
  ReverseV2: {
    convert: (op) => {
      const axes = op.numbers(1, 'axes')
      const all = (value: number): Tensor => op.axes(axes.map(() => value))
      return op.add('Slice', [op.tensor(0), all(-1), all(-(2 ** 31)), op.axes(axes), all(-1)])
    },
  },
  Roll: { convert: roll },
  Select: { convert: (op) => op.add('Where', [selectCondition(op), op.tensor(1), op.tensor(2)], { type: op.tensor(1).type }) },
  SelectV2: {
    convert: (op) => {
      const inputs = op.tensors(0, 3)
      return op.shaped(op.add('Where', inputs, { type: inputs[1]!.type }), broadcastShape(...inputs.map((one) => one.shape)))
    },
  },
  Where: {
    convert: (op) => op.add('Transpose', [op.add('NonZero', [op.tensor(0)], { type: 'int64' })], { attributes: { perm: [1, 0] } }),
  },
  SpaceToBatchND: { convert: spaceToBatch, note: 'other than one dimension behind those in space' },
  BatchToSpaceND: { convert: batchToSpace, note: 'other than one dimension behind those in space' },
  MatrixBandPart: {
    convert: (op) => {
      const [lower, upper] = [op.numbers(1, 'numbers of diagonals')[0]!, op.numbers(2, 'numbers of diagonals')[0]!]
      const above = upper < 0 ? op.tensor(0) : op.add('Trilu', [op.tensor(0), op.scalar('int64', upper)], { attributes: { upper: 0 } })
      return lower < 0 ? above : op.add('Trilu', [above, op.scalar('int64', -lower)], { attributes: { upper: 1 } })
    },
  },
}

function refuseSymmetric(op: OpContext): string {
  throw op.unsupported('pads symmetrically, which ONNX lacks; use REFLECT')
}

/** A condition of one dimension chooses whole rows; of another rank it has the shape of what is chosen from. */
function selectCondition(op: OpContext): Tensor {
  const [condition, x] = op.tensors(0, 2) as [Tensor, Tensor]
  const [ranks, rank] = [condition.shape?.length, x.shape?.length]
  if (ranks !== 1 || rank === undefined || rank <= 1) return condition
  return op.add('Unsqueeze', [condition, op.axes(Array.from({ length: rank - 1 }, (_, i) => i + 1))])
}
