import { toText } from '../assembly/convert.ts'
import type { Operand } from '../assembly/operand.ts'
import type { Scope } from '../assembly/scope.ts'
import { regularExpression } from '../functions/regular-expression.ts'
import { type DataType } from '../values/data-type.ts'
import { IndexedText, type Term, termOf } from './indexed-text.ts'
import type { LocalTermWeights, TextIndex } from './text-index-plan.ts'

/** More than the rows of a block: expressions may run one after the other over all of them. */
const REMEMBERED_TEXTS = 1024
const REMEMBERED_TERMS = 100_000

type Weigh = (text: IndexedText, term: Term) => number

const WEIGHTS: Readonly<Record<LocalTermWeights, { readonly type: DataType; readonly weigh: Weigh }>> = {
  termFrequency: { type: 'integer', weigh: (text, term) => text.count(term) },
  binary: { type: 'integer', weigh: (text, term) => (text.count(term) > 0 ? 1 : 0) },
  logarithmic: { type: 'double', weigh: (text, term) => Math.log10(1 + text.count(term)) },
  augmentedNormalizedTermFrequency: {
    type: 'double',
    weigh: (text, term) => {
      const count = text.count(term)
      return count === 0 ? 0 : 0.5 * (1 + count / text.mostFrequent(term))
    },
  },
}

/** How often a term is in a text. Where several expressions index the same text in the same way, it is taken apart once. */
export function compileTextIndex(plan: TextIndex, scope: Scope): Operand {
  const { assembly } = scope
  const { pool } = assembly
  regularExpression(plan.word ?? plan.separator)
  const { texts, terms } = assembly.shared(plan, () => ({
    texts: assembly.memo<number, IndexedText>(),
    terms: assembly.memo<number, Term>(),
  }))
  const text = toText(scope.require(plan.textField), assembly)
  const wanted = toText(assembly.compile(plan.term, scope), assembly)
  const { type, weigh } = WEIGHTS[plan.weights]
  return {
    type,
    run: (cells, at) => {
      const [textCode, termCode] = [text(cells, at), wanted(cells, at)]
      if (Number.isNaN(textCode) || Number.isNaN(termCode)) return NaN
      let indexed = texts.get(textCode)
      if (indexed === undefined) {
        indexed = new IndexedText(pool.text(textCode), plan)
        if (texts.size >= REMEMBERED_TEXTS) texts.clear()
        texts.set(textCode, indexed)
      }
      let term = terms.get(termCode)
      if (term === undefined) {
        term = termOf(pool.text(termCode), plan)
        if (terms.size >= REMEMBERED_TERMS) terms.clear()
        terms.set(termCode, term)
      }
      return weigh(indexed, term)
    },
  }
}
