import type { OpContext } from '../graph/op-context.ts'
import type { Tensor } from '../graph/value.ts'

/** A list of 64-bit integers from an input that may be constant. */
export function integersOf(op: OpContext, at: number): Tensor {
  const known = op.knownNumbers(at)
  return known === undefined || op.tensor(at).shape?.length === 0 ? op.cast(op.tensor(at), 'int64') : op.axes(known)
}
