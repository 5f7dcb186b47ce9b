import type { Type } from '../types/type.ts'
import type { Value } from '../values/value.ts'

/** An expression of a document as JavaScript. */
export interface Operand {
  readonly code: string
  readonly type: Type
  /** A name or a literal: cheap to repeat, without side effects, and the same wherever it stands in its statement. */
  readonly stable: boolean
  /** Of a function: the library function that it is, or does nothing but call with its own parameters in their order. */
  readonly alias?: string
  /** Its value, where the document alone decides it. */
  readonly literal?: { readonly value: Value }
}
