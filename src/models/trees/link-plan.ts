/**
 * What is made of a row's sums, K of them:
 * - `identity`, `exp`, `sigmoid`, `log1pExp` (the logarithm of 1 + e^x), `signedSquare` (x |x|) `positive` (1 where x > 0, else 0)
 *   and `stage` (x and the exponential of twice the other: a mean and a variance): numbers.
 * - `binary`: one sum gives the probabilities of two classes; `softmax` and `oneVersusAll`: a sum for each class.
 */
export type LinkKind =
  | 'identity'
  | 'exp'
  | 'sigmoid'
  | 'log1pExp'
  | 'signedSquare'
  | 'positive'
  | 'meanAndVariance'
  | 'binary'
  | 'softmax'
  | 'oneVersusAll'

export interface LinkPlan {
  readonly kind: LinkKind
  /** How many sums a row has. */
  readonly sums: number
  /** What sums are divided by first: trees of a random forest are averaged. */
  readonly divisor?: number | undefined
  /** What sums are multiplied by first, and what is added to each then. */
  readonly scale?: number
  readonly bias?: readonly number[]
  /** What a sum is multiplied by in a sigmoid; 1 where absent. */
  readonly steepness?: number
  /** Where true, each step is rounded to float32, as the source library computes. */
  readonly single: boolean
  /** The classes, for the kinds that give probabilities. */
  readonly classes?: readonly string[]
  /** Where true, the first output is the label of the most probable class, even with two classes. */
  readonly labelFirst?: boolean
}
