import type { OpContext } from '../graph/op-context.ts'
import type { Tensor, Value } from '../graph/value.ts'

/** How a TensorFlow op becomes ONNX. */
export interface OpEntry {
  /** Gives what the outputs of the op are, in order; one alone where there is one. Throws `model.unsupported` for a use that ONNX lacks. */
  readonly convert: (op: OpContext) => Value | readonly Value[]
  /**
   * Does it before the graph runs, where its inputs are all known then: those of the model, what was made of them so, and constants.
   * What `convert` refuses, or where no operator takes what is only there, is done so.
   */
  readonly prepare?: (op: OpContext) => readonly Tensor[] | undefined
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
