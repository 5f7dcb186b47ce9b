import type { Type } from '../types/type.ts'
import type { Value } from '../values/value.ts'

/** A cell or pool of a document. */
export interface Store {
  readonly name: string
  readonly type: Type
  readonly shared: boolean
  readonly rollback: boolean
  /** Where it stands in generated code. */
  readonly code: string
  /** Of a cell: its value; of a pool: a map. */
  readonly initial: Value
  /** Whether the document never writes to it: then it is a constant. */
  readonly constant: boolean
}
