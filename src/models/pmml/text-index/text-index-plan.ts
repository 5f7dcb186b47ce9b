import type { Expression } from '../expressions/expression.ts'

export const LOCAL_TERM_WEIGHTS = ['termFrequency', 'binary', 'logarithmic', 'augmentedNormalizedTermFrequency'] as const
export type LocalTermWeights = (typeof LOCAL_TERM_WEIGHTS)[number]

/** How often a term is in a text (PMML 4.4.1, Transformations, TextIndex), as plain data. */
export interface TextIndex extends Matching {
  readonly kind: 'TextIndex'
  readonly textField: string
  readonly weights: LocalTermWeights
  /** Whether only the hits with the fewest edits count. */
  readonly bestHits: boolean
  readonly normalizations: readonly TextIndexNormalization[]
  readonly term: Expression
}

/** How words are found and compared. */
export interface Matching {
  readonly caseSensitive: boolean
  /** How many characters may differ. */
  readonly maxEdits: number
  /** What stands between words. */
  readonly separator: string
  /** What a word is, where it is said that way (`x-wordRE`). */
  readonly word?: string
  readonly tokenize: boolean
}

/** What is put in place of what before words are looked for. */
export interface TextIndexNormalization extends Matching {
  readonly recursive: boolean
  readonly rows: readonly NormalizationRow[]
}

export interface NormalizationRow {
  readonly find: string
  readonly replacement: string
  readonly isPattern: boolean
}
