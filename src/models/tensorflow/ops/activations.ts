import type { OpContext } from '../graph/op-context.ts'
import type { Tensor } from '../graph/value.ts'
import { type OpTable, same, unary } from './op-table.ts'

/** ONNX Runtime's Sigmoid gives 0 and 1 beyond ±18; this keeps what TensorFlow gives there. */
export function sigmoid(op: OpContext, x: Tensor): Tensor {
  return op.add('Reciprocal', [op.add('Add', [op.add('Exp', [op.add('Neg', [x])]), op.scalar(x.type, 1)])])
}

/** Activation functions. */
export const ACTIVATIONS: OpTable = {
  Relu: same('Relu'),
  Relu6: unary((op, x) => op.add('Clip', [x, op.scalar(x.type, 0), op.scalar(x.type, 6)])),
  LeakyRelu: unary((op, x) => op.add('LeakyRelu', [x], { attributes: { alpha: { float: op.attribute('alpha').float ?? 0.2 } } })),
  Elu: same('Elu'),
  Selu: same('Selu'),
  Softplus: same('Softplus'),
  Softsign: same('Softsign'),
  Sigmoid: unary(sigmoid),
  Tanh: same('Tanh'),
  Softmax: unary((op, x) => op.add('Softmax', [x], { attributes: { axis: -1 } })),
  LogSoftmax: unary((op, x) => op.add('LogSoftmax', [x], { attributes: { axis: -1 } })),
}
