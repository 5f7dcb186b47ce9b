import type { SluiceError } from '../../core/errors.ts'
import type { DocumentPlan } from './model-plan.ts'

/** What the thread that reads a document is told: its next bytes, or that there are no more. */
export type LoweringRequest = Uint8Array<ArrayBuffer> | 'end'

/** What it answers to each: that it wants more; at the end a plan; or the parts of the error that it met. */
export type LoweringReply =
  | { readonly more: Uint8Array<ArrayBuffer> }
  | { readonly plan: DocumentPlan }
  | { readonly error: Pick<SluiceError, 'code' | 'message' | 'details'> }
