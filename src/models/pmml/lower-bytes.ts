import type { SluiceError } from '../../core/errors.ts'
import { lowerDocument } from './lower-document.ts'
import type { DocumentPlan } from './model-plan.ts'
import { parseDocument } from './xml/parse-document.ts'

/** What a worker answers: a plan, or the parts of the error that it met. */
export type LoweringReply = { readonly plan: DocumentPlan } | { readonly error: Pick<SluiceError, 'code' | 'message' | 'details'> }

/** The plan of a document. Throws `model.malformed` or `model.unsupported`. Synchronous: large documents belong in a worker. */
export function lowerBytes(bytes: Uint8Array): DocumentPlan {
  return lowerDocument(parseDocument(bytes))
}
