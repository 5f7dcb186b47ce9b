import type { OpContext } from '../graph/op-context.ts'
import type { Tensor, Value } from '../graph/value.ts'

/** How a TensorFlow op becomes ONNX. */
export interface OpEntry {
  /** Gives what the outputs of the op are, in order; one alone where there is one. Throws `model.unsupported` for a use that ONNX lacks. */
  readonly convert: (op: OpContext) => Value | readonly Value[]
  /** What is left out. */
  readonly note?: string
}

export type OpTable = Readonly<Record<string, OpEntry>>

/** An op that one ONNX operator with the same inputs is. */
export function same(operator: string): OpEntry {
  return { convert: (op) => op.add(operator, op.tensors()) }
}

/** An op of one input that one ONNX operator is, with these attributes. */
export function unary(compute: (op: OpContext, x: Tensor) => Tensor, note?: string): OpEntry {
  return { convert: (op) => compute(op, op.tensor(0)), ...(note !== undefined && { note }) }
}
