import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../../test/contracts/answers.ts'
import { modelOf } from '../fixtures/model-of.ts'

const tree = (nodes: string) =>
  modelOf(['y:double', 'x:double'], (schema) => `<TreeModel functionName="regression">${schema}${nodes}</TreeModel>`)
const below = (limit: number): string => `<SimplePredicate field="x" operator="lessThan" value="${limit}"/>`

describe('nodes that are read while the document is parsed', () => {
  it('may have a model before or after the nodes inside of them', async () => {
    const regression =
      '<Regression functionName="regression"><RegressionTable intercept="7"><NumericPredictor name="x" coefficient="1"/></RegressionTable></Regression>'
    const inner = `<Node id="i" score="1">${below(0)}</Node>`
    for (const children of [`${regression}${inner}`, `${inner}${regression}`]) {
      using model = tree(`<Node id="r"><True/><Node id="a">${below(5)}${children}</Node><Node id="b" score="3"><True/></Node></Node>`)
      // No child is true for 2, so there is no result; 6 goes to b.
      // oxlint-disable-next-line no-await-in-loop -- one model after the other
      expect(await scoreRows(model, [{ x: -1 }, { x: 6 }])).toMatchObject([{ y: 1 }, { y: 3 }])
    }
  })

  it('name their default child by an id of any form', async () => {
    for (const id of ['7', '07', 'seven', '7000000000', '']) {
      using model = modelOf(
        ['y:double', 'x:double'],
        (schema) =>
          `<TreeModel functionName="regression" missingValueStrategy="defaultChild">${schema}<Node defaultChild="${id}"><True/>` +
          `<Node id="1" score="1">${below(0)}</Node><Node id="${id}" score="2"><SimplePredicate field="x" operator="greaterOrEqual" value="0"/></Node></Node></TreeModel>`,
      )
      // oxlint-disable-next-line no-await-in-loop -- one model after the other
      expect(await scoreRows(model, [{ x: -1 }, {}]), id).toMatchObject([{ y: 1 }, { y: 2 }])
    }
    expect(() => tree('<Node defaultChild="7"><True/><Node id="07" score="1"><True/></Node></Node>')).toThrow(/defaultChild="7"/)
  })

  it('are refused where something is wrong with them, but not in a model that the document is not loaded for', () => {
    expect(() => tree('<Node score="1"/>')).toThrow(/needs a predicate/)
    expect(() => tree('<Node><True/><Node><True/></Node><ScoreDistribution value="a" recordCount="1"/></Node>')).toThrow(/must be before/)
    const wrong = '<TreeModel functionName="regression" isScorable="false"><MiningSchema/><Node/></TreeModel>'
    using model = modelOf(
      ['y:double', 'x:double'],
      (schema) => `${wrong}<TreeModel functionName="regression">${schema}<Node score="1"><True/></Node></TreeModel>`,
    )
    expect(model.outputs[0]!.name).toBe('y')
  })
})
