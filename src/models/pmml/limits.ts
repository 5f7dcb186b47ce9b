/** Bounds on what a document may make the loader do. What exceeds one is refused with `model.too-large` or `model.malformed`. */
export const LIMITS = {
  /** Bytes of a document. */
  documentBytes: 512 * 1024 * 1024,
  /** Elements of a document. */
  elements: 20_000_000,
  /** Nested elements other than `Node`. */
  depth: 200,
  /** Nested `Node` elements: unpruned trees are deep. */
  nodeDepth: 20_000,
  /** Characters of one attribute's value. */
  attributeLength: 1_000_000,
  attributes: 100,
  /** Characters of text in one element: an array of numbers may be long. */
  textLength: 64 * 1024 * 1024,
  /** Cells of one row's working memory: inputs, derived fields, results of every segment. */
  slots: 4_000_000,
  /** Expressions after functions are expanded where they are called. */
  expressions: 2_000_000,
  /** How many records back a Lag may look. */
  lag: 10_000,
  /** How many blocks of records a Lag tells apart before the one that is longest unseen is forgotten. */
  lagBlocks: 10_000,
  /** Texts that a document's own functions may make before those of earlier batches are forgotten. */
  dynamicTexts: 100_000,
} as const
