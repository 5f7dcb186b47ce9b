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
  /** Of a call, or a function that does nothing but call: it walks a decision tree. */
  readonly walk?: TreeWalk
  /** Its value, where the document alone decides it. */
  readonly literal?: { readonly value: Value }
}

/** A call that walks a tree of comparisons of numbers, as code. */
export interface TreeWalk {
  /** The datum and the root, as the call has them. */
  readonly datum: Operand
  readonly root: Operand
  /** A function that reads a datum's numbers into `numbers`, and whether none is NaN into `whole`; `last` is the datum it read. */
  readonly read: string
  readonly numbers: string
  readonly whole: string
  readonly last: string
  readonly features: ReadonlyMap<string, number>
}
