import { createDocumentLowering } from './lower-document.ts'
import type { DocumentPlan, ModelPlan } from './model-plan.ts'
import { createDocumentParser } from './xml/parse-document.ts'

/** Makes the plan of a document whose bytes come in parts. */
export interface DocumentReader {
  /** Takes the next bytes. Throws `model.malformed` or `model.unsupported`. */
  write(bytes: Uint8Array): void
  finish(): DocumentPlan
}

/** As `createDocumentLowering`. */
export function createDocumentReader(keep?: (plan: ModelPlan) => ModelPlan): DocumentReader {
  const lowering = createDocumentLowering(keep)
  const parser = createDocumentParser(lowering.watcher)
  return { write: (bytes) => parser.write(bytes), finish: () => lowering.lower(parser.finish()) }
}

/** The plan of a document. Throws `model.malformed` or `model.unsupported`. Synchronous: large documents belong in a worker. */
export function lowerBytes(bytes: Uint8Array): DocumentPlan {
  const reader = createDocumentReader()
  reader.write(bytes)
  return reader.finish()
}
