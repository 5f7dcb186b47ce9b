import { numbersOf, tensorOf } from '../const-tensor.ts'
import type { DataType } from '../data-types.ts'
import type { OnnxAttribute } from '../graph/onnx-body.ts'
import type { OpContext } from '../graph/op-context.ts'
import { constantValue, type Tensor } from '../graph/value.ts'
import { type OpTable } from './op-table.ts'

function gather(op: OpContext, x: Tensor, { axis, batch }: { axis: number; batch: number }): Tensor {
  const indices = op.tensor(1)
  if (batch === 0) return op.add('Gather', [x, indices], { attributes: { axis } })
  if (batch !== axis) throw op.unsupported(`gathers along dimension ${axis} in batches of ${batch} dimensions`)
  const places = op.add('Unsqueeze', [op.cast(indices, 'int64'), op.axes([-1])])
  return op.add('GatherND', [x, places], { type: x.type, attributes: { batch_dims: batch } })
}

function oneHot(op: OpContext): Tensor {
  const [indices, depth, on, off] = op.tensors(0, 4) as [Tensor, Tensor, Tensor, Tensor]
  const axis = op.int('axis', -1)
  if (axis !== -1 && axis !== indices.shape?.length)
    throw op.unsupported(`puts its result along dimension ${axis}; only the last is supported`)
  const wide = op.cast(indices, 'int64')
  const places = op.add('Range', [op.scalar('int64', 0), op.add('Squeeze', [op.cast(depth, 'int64')]), op.scalar('int64', 1)])
  const isPlace = op.add('Equal', [op.add('Unsqueeze', [wide, op.axes([-1])]), places], { type: 'bool' })
  return op.add('Where', [isPlace, on, off], { type: on.type })
}

/** How many of the boundaries are at or below x. */
function bucketize(op: OpContext): Tensor {
  // In doubles, which hold what is compared exactly.
  const x = op.cast(op.tensor(0), 'float64')
  const values = op.attribute('boundaries').list?.floats ?? []
  const boundaries = constantValue(tensorOf('float64', [values.length], values))
  const isAbove = op.add('GreaterOrEqual', [op.add('Unsqueeze', [x, op.axes([-1])]), boundaries], { type: 'bool' })
  return op.add('ReduceSum', [op.cast(isAbove, 'int32'), op.axes([-1])], { attributes: { keepdims: 0 } })
}

/** How often, or with what weight, each number below `size` is in a row. */
function bincount(op: OpContext): Tensor {
  const [x, size, weights] = op.tensors(0, 3) as [Tensor, Tensor, Tensor]
  const places = op.add('Range', [op.scalar('int64', 0), op.add('Squeeze', [op.cast(size, 'int64')]), op.scalar('int64', 1)])
  const isPlace = op.add('Equal', [op.add('Unsqueeze', [op.cast(x, 'int64'), op.axes([-1])]), places], { type: 'bool' })
  const counts = op.cast(isPlace, weights.type)
  // From the front where that can be: ONNX Runtime leaves dimensions that are counted from the back where there is nothing to add up.
  const axis = op.axes([x.shape === undefined ? -2 : x.shape.length - 1])
  if (op.flag('binary_output')) return op.add('ReduceMax', [counts, axis], { attributes: { keepdims: 0 } })
  const isWeighted = weights.shape?.every((length) => length !== 0) ?? true
  if (isWeighted && weights.constant === undefined && weights.shape === undefined) throw op.unsupported('takes weights of an unknown shape')
  const weighted = isWeighted ? op.add('Mul', [counts, op.add('Unsqueeze', [weights, op.axes([-1])])]) : counts
  return op.add('ReduceSum', [weighted, axis], { attributes: { keepdims: 0 } })
}

const SUFFIX: Partial<Record<DataType, string>> = { string: 'strings', int64: 'int64s', float32: 'floats' }
const WIDE: Partial<Record<DataType, DataType>> = { int32: 'int64', float64: 'float32', int16: 'int64', bool: 'int64' }

/** What a lookup table has for its keys (LabelEncoder of ai.onnx.ml). */
function find(op: OpContext): Tensor {
  const { keys, values } = op.resources.table(op.resource(0))
  const [asked, otherwise] = [op.tensor(1), op.tensor(2)]
  const encoded = (tensor: typeof keys, name: string): readonly [string, OnnxAttribute, DataType] => {
    const type = WIDE[tensor.type] ?? tensor.type
    const suffix = SUFFIX[type]
    if (suffix === undefined || tensor.type === 'float64') throw op.unsupported(`has ${name} of ${tensor.type}`)
    if (type === 'string') return [`${name}_${suffix}`, { texts: tensor.texts! }, type]
    const numbers = numbersOf(tensor)!
    return [`${name}_${suffix}`, type === 'float32' ? { floats: numbers } : numbers, type]
  }
  const [keyName, keyList, keyType] = encoded(keys, 'keys')
  const [valueName, valueList, valueType] = encoded(values, 'values')
  const { constant } = otherwise
  if (constant === undefined) throw op.unsupported('takes a default that is computed; it must be constant')
  const text = constant.texts?.[0]
  const [number] = numbersOf(constant) ?? [0]
  const fallback: Record<string, OnnxAttribute> =
    valueType === 'string'
      ? { default_string: new TextDecoder().decode(text) }
      : valueType === 'float32'
        ? { default_float: { float: number! } }
        : { default_int64: number! }
  if (keys.shape[0] === 0) return op.shaped(op.add('Expand', [otherwise, op.add('Shape', [asked], { type: 'int64' })]), asked.shape)
  const attributes = { [keyName]: keyList, [valueName]: valueList, ...fallback }
  const found = op.add('LabelEncoder', [op.cast(asked, keyType)], { type: valueType, domain: 'ai.onnx.ml', attributes })
  return op.cast(op.shaped(found, asked.shape), values.type)
}

/** Embeddings, encodings and lookup tables. */
export const LOOKUPS: OpTable = {
  Gather: { convert: (op) => gather(op, op.tensor(0), { axis: 0, batch: 0 }) },
  GatherV2: {
    convert: (op) => gather(op, op.tensor(0), { axis: op.numbers(2, 'axes')[0]!, batch: op.int('batch_dims') }),
  },
  ResourceGather: {
    convert: (op) => {
      if (op.int('batch_dims') !== 0) throw op.unsupported('gathers in batches')
      return gather(op, constantValue(op.resources.variable(op.resource(0))), { axis: 0, batch: 0 })
    },
  },
  GatherNd: {
    convert: (op) =>
      op.add('GatherND', [op.tensor(0), op.cast(op.tensor(1), 'int64')], { attributes: { batch_dims: op.int('batch_dims') } }),
  },
  OneHot: { convert: oneHot },
  Bucketize: { convert: bucketize },
  DenseBincount: { convert: bincount },
  LookupTableFind: { convert: find },
  LookupTableFindV2: { convert: find, note: 'keys of texts or integers' },
  LookupTableSizeV2: {
    convert: (op) => op.scalar('int64', op.resources.table(op.resource(0)).keys.shape[0] ?? 0),
  },
}
