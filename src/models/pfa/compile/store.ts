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
  /** Whether some expression of the document writes to it. */
  readonly written: boolean
  /** Whether it is a constant: a cell to which the document never writes. */
  readonly constant: boolean
}
