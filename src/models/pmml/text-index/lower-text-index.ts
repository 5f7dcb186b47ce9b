import { tableRows } from '../expressions/inline-table.ts'
import type { Expression } from '../expressions/expression.ts'
import { parseBoolean } from '../values/literal.ts'
import { choice, count, flag, requiredText, text } from '../xml/attributes.ts'
import { childrenOf, contentOf, type Element, malformed } from '../xml/element.ts'
import { LOCAL_TERM_WEIGHTS, type Matching, type TextIndex, type TextIndexNormalization } from './text-index-plan.ts'

const DEFAULTS: Matching = { caseSensitive: false, maxEdits: 0, separator: '\\s+', tokenize: true }

export function lowerTextIndex(element: Element, readExpression: (element: Element) => Expression): TextIndex {
  const matching = readMatching(element, DEFAULTS)
  const term = contentOf(element).find((child) => child.name !== 'TextIndexNormalization')
  if (term === undefined) throw malformed(element, 'needs an expression for the term')
  return {
    kind: 'TextIndex',
    ...matching,
    textField: requiredText(element, 'textField'),
    weights: choice(element, 'localTermWeights', { of: LOCAL_TERM_WEIGHTS, fallback: 'termFrequency' }),
    bestHits: choice(element, 'countHits', { of: ['allHits', 'bestHits'], fallback: 'allHits' }) === 'bestHits',
    normalizations: childrenOf(element, 'TextIndexNormalization').map((child) => readNormalization(child, matching)),
    term: readExpression(term),
  }
}

/** What an element does not say itself holds as for the one around it. */
function readMatching(element: Element, around: Matching): Matching {
  const word = text(element, 'x-wordRE') ?? text(element, 'wordRE') ?? around.word
  return {
    caseSensitive: flag(element, 'isCaseSensitive', around.caseSensitive),
    maxEdits: count(element, 'maxLevenshteinDistance') ?? around.maxEdits,
    separator: text(element, 'wordSeparatorCharacterRE') ?? around.separator,
    tokenize: flag(element, 'tokenize', around.tokenize),
    ...(word !== undefined && { word }),
  }
}

function readNormalization(element: Element, around: Matching): TextIndexNormalization {
  const columns = [text(element, 'inField') ?? 'string', text(element, 'outField') ?? 'stem', text(element, 'regexField') ?? 'regex']
  return {
    ...readMatching(element, around),
    recursive: flag(element, 'recursive', false),
    rows: tableRows(element, columns).flatMap(([find, replacement = '', isPattern]) =>
      find === undefined ? [] : [{ find, replacement, isPattern: isPattern !== undefined && parseBoolean(isPattern) === 1 }],
    ),
  }
}
