import type { Batch } from '../core/batch.ts'
import type { FormatName } from './record-file.ts'

/** A batch with bytes of its own, as it goes to another thread. */
export type SentBatch = Omit<Batch, 'release'>

/** What the writing thread is asked to do; it answers each with its number. */
export type Request = { readonly id: number; readonly file: number } & (
  | { readonly kind: 'create'; readonly path: string; readonly format: FormatName }
  | { readonly kind: 'add'; readonly batch: SentBatch; readonly taken: readonly number[] }
  | { readonly kind: 'end' }
  | { readonly kind: 'abandon' }
)

/** Omits from each kind of a request by itself. */
export type Order = Request extends infer R ? (R extends Request ? Omit<R, 'id' | 'file'> : never) : never

export interface Reply {
  readonly id: number
  /** How many bytes the file has, for `add`. */
  readonly length: number
  /** Why it failed. */
  readonly error?: string
}
