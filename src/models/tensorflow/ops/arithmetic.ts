import { isFloatType } from '../data-types.ts'
import type { OpContext } from '../graph/op-context.ts'
import { broadcastShape, type Tensor } from '../graph/value.ts'
import { foldIntegers } from './fold-integers.ts'
import { type OpEntry, type OpTable, same, unary } from './op-table.ts'

const comparison = (operator: string): OpEntry => ({
  convert: (op) => {
    const inputs = op.tensors(0, 2)
    return op.shaped(op.add(operator, inputs, { type: 'bool' }), broadcastShape(...inputs.map((one) => one.shape)))
  },
})

const binary = (operator: string, fold?: (a: number, b: number) => number): OpEntry => ({
  convert: (op) => (fold && foldIntegers(op, fold)) ?? op.add(operator, op.tensors(0, 2)),
})

/** x / y with NaN and infinity for y = 0 replaced by 0. */
function divideNoNan(op: OpContext): Tensor {
  const [x, y] = op.tensors(0, 2) as [Tensor, Tensor]
  const zero = op.scalar(y.type, 0)
  const isZero = op.add('Equal', [y, zero], { type: 'bool' })
  return op.add('Where', [isZero, zero, op.add('Div', [x, y])], { type: x.type })
}

function floorDivide(op: OpContext): Tensor {
  const [x, y] = op.tensors(0, 2) as [Tensor, Tensor]
  if (isFloatType(x.type)) return op.add('Floor', [op.add('Div', [x, y])])
  const folded = foldIntegers(op, (a, b) => Math.floor(a / b))
  if (folded !== undefined) return folded
  // Integers: what is left when the remainder, which has the sign of y, is taken away, divides evenly.
  return op.add('Div', [op.add('Sub', [x, op.add('Mod', [x, y])]), y])
}

function floorMod(op: OpContext): Tensor {
  const [x, y] = op.tensors(0, 2) as [Tensor, Tensor]
  if (!isFloatType(x.type)) return foldIntegers(op, (a, b) => a - Math.floor(a / b) * b) ?? op.add('Mod', [x, y])
  const whole = op.add('Floor', [op.add('Div', [x, y])])
  return op.add('Sub', [x, op.add('Mul', [whole, y])])
}

/** Arithmetic, comparison and logic, element by element. */
export const ARITHMETIC: OpTable = {
  Add: binary('Add', (a, b) => a + b),
  AddV2: binary('Add', (a, b) => a + b),
  AddN: { convert: (op) => op.tensors().reduce((sum, next) => op.add('Add', [sum, next])) },
  AccumulateNV2: { convert: (op) => op.tensors().reduce((sum, next) => op.add('Add', [sum, next])) },
  Sub: binary('Sub', (a, b) => a - b),
  Mul: binary('Mul', (a, b) => a * b),
  MulNoNan: {
    convert: (op) => {
      const [x, y] = op.tensors(0, 2) as [Tensor, Tensor]
      const zero = op.scalar(y.type, 0)
      return op.add('Where', [op.add('Equal', [y, zero], { type: 'bool' }), zero, op.add('Mul', [x, y])], { type: x.type })
    },
  },
  Div: binary('Div'),
  RealDiv: binary('Div'),
  TruncateDiv: binary('Div'),
  DivNoNan: { convert: divideNoNan },
  Xdivy: {
    convert: (op) => {
      const [x, y] = op.tensors(0, 2) as [Tensor, Tensor]
      const zero = op.scalar(x.type, 0)
      return op.add('Where', [op.add('Equal', [x, zero], { type: 'bool' }), zero, op.add('Div', [x, y])], { type: x.type })
    },
  },
  FloorDiv: { convert: floorDivide },
  FloorMod: { convert: floorMod },
  Mod: { convert: (op) => op.add('Mod', op.tensors(0, 2), { attributes: { fmod: 1 } }) },
  TruncateMod: { convert: (op) => op.add('Mod', op.tensors(0, 2), { attributes: { fmod: 1 } }) },
  Maximum: binary('Max', Math.max),
  Minimum: binary('Min', Math.min),
  Pow: binary('Pow'),
  SquaredDifference: {
    convert: (op) => {
      const difference = op.add('Sub', op.tensors(0, 2))
      return op.add('Mul', [difference, difference])
    },
  },
  Atan2: {
    convert: (op) => {
      const [y, x] = op.tensors(0, 2) as [Tensor, Tensor]
      const zero = op.scalar(x.type, 0)
      const half = op.scalar(x.type, Math.PI)
      const angle = op.add('Atan', [op.add('Div', [y, x])])
      const turned = op.add('Where', [op.add('Less', [y, zero], { type: 'bool' }), op.add('Neg', [half]), half], { type: x.type })
      const left = op.add('Add', [angle, turned])
      const bothZero = op.add('And', [op.add('Equal', [y, zero], { type: 'bool' }), op.add('Equal', [x, zero], { type: 'bool' })], {
        type: 'bool',
      })
      const any = op.add('Where', [op.add('Less', [x, zero], { type: 'bool' }), left, angle], { type: x.type })
      return op.add('Where', [bothZero, zero, any], { type: x.type })
    },
  },
  Equal: comparison('Equal'),
  NotEqual: { convert: (op) => op.add('Not', [op.add('Equal', op.tensors(0, 2), { type: 'bool' })]) },
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  LogicalAnd: binary('And'),
  LogicalOr: binary('Or'),
  LogicalNot: same('Not'),
  BitwiseAnd: binary('BitwiseAnd'),
  BitwiseOr: binary('BitwiseOr'),
  BitwiseXor: binary('BitwiseXor'),
  Neg: same('Neg'),
  Abs: same('Abs'),
  Sign: same('Sign'),
  Square: unary((op, x) => op.add('Mul', [x, x])),
  Sqrt: same('Sqrt'),
  Rsqrt: unary((op, x) => op.add('Reciprocal', [op.add('Sqrt', [x])])),
  Reciprocal: same('Reciprocal'),
  Inv: same('Reciprocal'),
  Exp: same('Exp'),
  Expm1: unary((op, x) => {
    // exp(x) - 1 = tanh(x / 2) (exp(x) + 1), which is exact where x is near 0.
    const half = op.add('Tanh', [op.add('Mul', [x, op.scalar(x.type, 0.5)])])
    const grown = op.add('Mul', [half, op.add('Add', [op.add('Exp', [x]), op.scalar(x.type, 1)])])
    const direct = op.add('Sub', [op.add('Exp', [x]), op.scalar(x.type, 1)])
    return op.add('Where', [op.add('Less', [op.add('Abs', [x]), op.scalar(x.type, 1)], { type: 'bool' }), grown, direct], { type: x.type })
  }),
  Log: same('Log'),
  Log1p: unary((op, x) => {
    // Computed in doubles: 1 + x loses a float's small x.
    const wide = op.cast(x, 'float64')
    return op.cast(op.add('Log', [op.add('Add', [wide, op.scalar('float64', 1)])]), x.type)
  }),
  Floor: same('Floor'),
  Ceil: same('Ceil'),
  Round: same('Round'),
  Rint: same('Round'),
  Erf: same('Erf'),
  Erfc: unary((op, x) => op.add('Sub', [op.scalar(x.type, 1), op.add('Erf', [x])])),
  Sin: same('Sin'),
  Cos: same('Cos'),
  Tan: same('Tan'),
  Asin: same('Asin'),
  Acos: same('Acos'),
  Atan: same('Atan'),
  Sinh: same('Sinh'),
  Cosh: same('Cosh'),
  Asinh: same('Asinh'),
  Acosh: same('Acosh'),
  Atanh: same('Atanh'),
  IsNan: unary((op, x) => op.add('IsNaN', [x], { type: 'bool' })),
  IsInf: unary((op, x) => op.add('IsInf', [x], { type: 'bool' })),
  IsFinite: unary((op, x) => {
    // A number less itself is 0, unless it is NaN or infinite.
    return op.add('Equal', [op.add('Sub', [x, x]), op.scalar(x.type, 0)], { type: 'bool' })
  }),
  ClipByValue: {
    convert: (op) => op.add('Max', [op.add('Min', [op.tensor(0), op.tensor(2)]), op.tensor(1)]),
  },
  Cast: { convert: (op) => op.cast(op.tensor(0), op.type('DstT')), note: 'texts can be cast only with AsString and StringToNumber' },
  Cumsum: {
    convert: (op) => {
      const attributes = { exclusive: op.flag('exclusive') ? 1 : 0, reverse: op.flag('reverse') ? 1 : 0 }
      return op.add('CumSum', op.tensors(0, 2), { attributes })
    },
  },
}
