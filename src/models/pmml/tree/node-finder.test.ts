import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../../test/contracts/answers.ts'
import type { Model } from '../../../core/model.ts'
import { assembleModel } from '../assemble-model.ts'
import { randomTree, treeDocument } from '../fixtures/tree-document.ts'
import { lowerBytes } from '../lower-bytes.ts'

const NUMBERS = [-3, -2, 0, 1, 1.5, 2, null]
const WHOLE = [-1, 0, 1, 2, 2.5, 3, 40, 41, null]
const ROWS = NUMBERS.flatMap((x) => WHOLE.map((n) => ({ x, n }))).flatMap((row, i) => [
  { ...row, b: [true, false, null][i % 3]!, s: ['a', 'b', 'c', 'unheard of', null][i % 5]! },
  { ...row, b: [null, true, false][i % 3]!, s: ['b', null, 'a', 'c', 'd'][i % 5]! },
])

const load = (document: string): Model => assembleModel(lowerBytes(new TextEncoder().encode(document)))

describe('a single tree', () => {
  it('gives rows together what it gives them one by one', async () => {
    await fc.assert(
      fc.asyncProperty(randomTree, fc.constantFrom('regression' as const, 'classification' as const), async (tree, functionName) => {
        using together = load(treeDocument(tree, functionName, false))
        // A selection asks its segments row by row, which walks from node to node.
        using walked = load(treeDocument(tree, functionName, true))
        const [answers, expected] = [await scoreRows(together, ROWS), await scoreRows(walked, ROWS)]
        expect(answers).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })

  it('that is too large for a program gives the same', async () => {
    const score = (level: number, at: number): string => (level === 12 ? ` score="${at}"` : '')
    const node = (level: number, at: number, test: string): string => {
      const [field, value] = level % 3 === 0 ? ['n', at % 41] : ['x', ((at * 7) % 13) / 4 - 1]
      const inner =
        level === 12
          ? ''
          : node(level + 1, at * 2, `<SimplePredicate field="${field}" operator="lessThan" value="${value}"/>`) +
            node(level + 1, at * 2 + 1, `<SimplePredicate field="${field}" operator="greaterOrEqual" value="${value}"/>`)
      return `<Node${score(level, at)}>${test}${inner}</Node>`
    }
    const empty = { strategy: 'none', returnsLast: false, children: [], defaults: [0] }
    const large = (chosen: boolean): string =>
      treeDocument(empty, 'regression', chosen).replace(/<Node.*<\/Node>/, () => node(0, 1, '<True/>'))
    using together = load(large(false))
    using walked = load(large(true))
    const answers = await scoreRows(together, ROWS)
    expect(answers).toEqual(await scoreRows(walked, ROWS))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBeGreaterThan(5)
  })
})
