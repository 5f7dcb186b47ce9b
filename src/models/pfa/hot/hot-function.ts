import type { RecordType } from '../types/type.ts'
import type { CallSite } from '../library/library-function.ts'
import type { Operand, TreeWalk } from '../compile/operand.ts'

/** A call that may get code of its own. */
export interface HotCall {
  readonly site: CallSite
  /** The arguments as they were given, before their conversion to `site.params`. */
  readonly given: readonly Operand[]
  /** The function that the library has for this call. */
  readonly library: () => unknown
  /** Writes a function that only this call uses, so that V8 sees what it calls; gives its name. `source` is what follows the name. */
  readonly define: (source: string) => string
  /** A name for the class of a record type. */
  readonly classOf: (type: RecordType) => string
  /** Declares a variable that outlives the call; gives its name. */
  readonly variable: (initial: string) => string
}

/** JavaScript for a call; where it walks a tree, also how, for what walks many. */
export interface Written {
  readonly code: string
  readonly walk?: TreeWalk
}

/** Writes a call with these arguments, or gives undefined where the library's own function is to be called. */
export type HotFunction = (call: HotCall, args: readonly string[]) => Written | undefined

export type HotTable = Readonly<Record<string, HotFunction>>
