import type { OpContext } from '../graph/op-context.ts'
import type { Tensor } from '../graph/value.ts'
import { type OpEntry, type OpTable } from './op-table.ts'

function axesOf(op: OpContext): Tensor {
  const known = op.knownNumbers(1)
  if (known !== undefined) return op.axes(known)
  return op.add('Reshape', [op.cast(op.tensor(1), 'int64'), op.axes([-1])])
}

function reduce(op: OpContext, operator: string, x: Tensor): Tensor {
  const keepdims = op.flag('keep_dims') ? 1 : 0
  if (op.knownNumbers(1)?.length === 0) return x
  return op.add(operator, [x, axesOf(op)], { attributes: { keepdims, noop_with_empty_axes: 1 } })
}

const reduction = (operator: string): OpEntry => ({ convert: (op) => reduce(op, operator, op.tensor(0)) })

/** All and any: the smallest and largest of 0 and 1. */
const logical = (operator: string): OpEntry => ({
  convert: (op) => op.cast(reduce(op, operator, op.cast(op.tensor(0), 'int32')), 'bool'),
})

const place = (operator: 'ArgMax' | 'ArgMin'): OpEntry => ({
  convert: (op) => {
    const axis = op.inputs.length > 1 ? op.numbers(1, 'axes')[0]! : 0
    const found = op.add(operator, [op.tensor(0)], { type: 'int64', attributes: { axis, keepdims: 0 } })
    return op.cast(found, op.type('output_type', 'int64'))
  },
})

/** Sums, means and the like along dimensions. */
export const REDUCTIONS: OpTable = {
  Sum: reduction('ReduceSum'),
  Mean: reduction('ReduceMean'),
  Prod: reduction('ReduceProd'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  EuclideanNorm: reduction('ReduceL2'),
  All: logical('ReduceMin'),
  Any: logical('ReduceMax'),
  ArgMax: place('ArgMax'),
  ArgMin: place('ArgMin'),
  L2Loss: {
    convert: (op) => {
      const x = op.tensor(0)
      return op.add('Mul', [op.add('ReduceSumSquare', [x], { attributes: { keepdims: 0 } }), op.scalar(x.type, 0.5)])
    },
  },
  TopKV2: {
    convert: (op) => {
      const count = op.add('Reshape', [op.cast(op.tensor(1), 'int64'), op.axes([1])])
      const x = op.tensor(0)
      const [values, places] = op.addMany('TopK', [x, count], { types: [x.type, 'int64'], attributes: { axis: -1, largest: 1, sorted: 1 } })
      return [values!, op.cast(places!, op.type('index_type', 'int32'))]
    },
  },
}
