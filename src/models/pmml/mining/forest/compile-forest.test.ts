import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../../../test/contracts/answers.ts'
import type { Model } from '../../../../core/model.ts'
import { assembleModel } from '../../assemble-model.ts'
import { Assembly } from '../../assembly/assembly.ts'
import { cellOperand } from '../../assembly/operand.ts'
import { Scope } from '../../assembly/scope.ts'
import { compileExpression } from '../../expressions/compile-expression.ts'
import { ensembleDocument, randomEnsemble, type RandomEnsemble } from '../../fixtures/ensemble-document.ts'
import { lowerBytes } from '../../lower-bytes.ts'
import type { MiningPlan } from '../mining-plan.ts'
import { buildForest } from './forest-builder.ts'
import { nextBelow } from '../../values/next-below.ts'

const NUMBERS = [-3, -2, -0, 0, 1, 1.5, 2, 5, null]
const ROWS = NUMBERS.flatMap((x) => NUMBERS.map((y) => ({ x, y }))).flatMap((row, i) => [
  { ...row, s: ['a', 'b', 'c', 'unheard of', null][i % 5]! },
  { ...row, s: ['b', null, 'a', 'c', 'd'][i % 5]! },
])

const load = (document: string): Model => assembleModel(lowerBytes(new TextEncoder().encode(document)))

describe('an ensemble of trees', () => {
  it('scores as a forest as it does in the general form, to the bit', async () => {
    await fc.assert(
      fc.asyncProperty(randomEnsemble, async (ensemble) => {
        using forest = load(ensembleDocument(ensemble, false))
        using general = load(ensembleDocument(ensemble, true))
        const [answers, expected] = [await scoreRows(forest, ROWS), await scoreRows(general, ROWS)]
        expect(answers.map(String)).toEqual(expected.map(String))
        expect(answers).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })

  it('is a forest for the usual kinds of splits and strategies', () => {
    const leaf = { split: 1, field: 0, value: 1, scored: true, children: [] }
    for (const strategy of ['none', 'lastPrediction', 'nullPrediction', 'defaultChild']) {
      for (const field of [0, 1, 2]) {
        const trees = [{ split: 2, field, value: 0, scored: true, children: [leaf, { ...leaf, children: [leaf] }] }]
        const plain: RandomEnsemble = {
          functionName: 'regression',
          method: 'sum',
          treatment: 'continue',
          strategy,
          returnsLast: true,
          trees,
        }
        expect(isForest(plain), `${strategy} ${field}`).toBe(true)
      }
    }
  })
})

function isForest(ensemble: RandomEnsemble): boolean {
  const { model } = lowerBytes(new TextEncoder().encode(ensembleDocument(ensemble, false)))
  const assembly = new Assembly([], compileExpression)
  const scope = new Scope(assembly)
  scope.bind('x', cellOperand('double', assembly.take()))
  scope.bind('y', cellOperand('float', assembly.take()))
  scope.bind('s', cellOperand('string', assembly.take()))
  const compileModel = (): never => expect.fail('a forest needs no other form')
  const context = { assembly, scope, head: model.head, target: undefined, fields: new Map(), compileModel }
  return buildForest(model as MiningPlan, context) !== undefined
}

describe('nextBelow', () => {
  it('is the double before, so that below a number is at most that double', () => {
    for (const value of [1, -1, 0, -0, 5e-324, -5e-324, 1.7976931348623157e308, Infinity, 0.1, -2.5]) {
      const below = nextBelow(value)
      expect(below < value).toBe(true)
      for (const x of [below, value, (below + value) / 2]) expect(x < value).toBe(x <= below)
    }
    expect(nextBelow(1)).toBe(1 - 2 ** -53)
    expect(nextBelow(-1)).toBe(-1 - 2 ** -52)
  })
})
