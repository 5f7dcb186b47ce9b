import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import type { Model } from '../../core/model.ts'
import { SluiceError } from '../../core/errors.ts'
import { modelOf } from './fixtures/model-of.ts'

/** A model that answers a derived field of x and s as `f`. */
function deriving(expression: string, type = 'double', functions = ''): Model {
  return modelOf(
    ['y:double', 'x:double', 's:string'],
    (schema) =>
      `<RegressionModel functionName="regression">${schema}<Output><OutputField name="f" optype="categorical" dataType="${type}" feature="transformedValue"><FieldRef field="d"/></OutputField></Output>` +
      `<LocalTransformations><DerivedField name="d" optype="categorical" dataType="${type}">${expression}</DerivedField></LocalTransformations><RegressionTable intercept="1"/></RegressionModel>`,
    functions,
  )
}

async function answersOf(model: Model, rows: readonly Record<string, number | string>[]): Promise<readonly unknown[]> {
  return (await scoreRows(model, rows)).map((answer) => (answer instanceof SluiceError ? answer.code : answer['f']))
}

describe('a document that remembers', () => {
  it('has a state for each fork', async () => {
    using model = deriving('<Lag field="x" n="2" aggregate="sum"/>')
    const [one, other] = [model.state!.fork(), model.state!.fork()]
    expect(await answersOf(one, [{ x: 1 }, { x: 2 }])).toEqual([null, 1])
    expect(await answersOf(other, [{ x: 10 }, { x: 20 }])).toEqual([null, 10])
    expect(await answersOf(one, [{ x: 4 }])).toEqual([3])
    expect(await answersOf(other, [{ x: 40 }])).toEqual([30])
    expect(await answersOf(model, [{ x: 7 }])).toEqual([null])
  })

  it('goes on from a snapshot, in another loaded model too', async () => {
    const lag = '<Lag field="s"><BlockIndicator field="x"/></Lag>'
    using model = deriving(lag, 'string')
    const before = model.state!.fork()
    expect(await answersOf(before, [{ x: 1, s: 'a' }, { x: 2, s: '-0' }, { x: 3 }, { x: 1, s: "'b" }])).toEqual([null, null, null, 'a'])
    const snapshot = before.snapshot()
    using again = deriving(lag, 'string')
    const after = again.state!.fork()
    after.restore(snapshot)
    expect(after.snapshot()).toBe(snapshot)
    expect(await answersOf(after, [{ x: 2 }, { x: 1 }, { x: 3 }])).toEqual(['-0', "'b", null])
    expect(after.snapshot()).not.toBe(snapshot)
  })

  it('keeps numbers that JSON has none for', async () => {
    using model = deriving('<Lag field="x"/>')
    const before = model.state!.fork()
    for (const x of [-0, 0.1, 5e-324]) {
      // oxlint-disable-next-line no-await-in-loop -- one record after the other
      await answersOf(before, [{ x }])
      const after = model.state!.fork()
      after.restore(before.snapshot())
      // oxlint-disable-next-line no-await-in-loop -- one record after the other
      expect(await answersOf(after, [{ x: 1 }])).toEqual([x])
    }
  })

  it('refuses a state that is not its own', () => {
    using model = deriving('<Lag field="x"/>')
    const fork = model.state!.fork()
    for (const text of ['', '{}', '[]', '[[],[]]', '[7]', '[[["",[1,2]]]]', '[[["",[{}]]]]', '[[[1,[2]]]]', '[[["",["x"]]]]'])
      expect(() => fork.restore(text), text).toThrow(expect.objectContaining({ code: 'model.malformed' }) as Error)
  })

  it('has none where nothing depends on earlier records', () => {
    using model = deriving('<FieldRef field="x"/>')
    expect(model.state).toBeUndefined()
  })

  it('remembers inside of functions, for each call by itself, and also what a condition leaves out', async () => {
    const functions =
      '<DefineFunction name="growth" optype="continuous" dataType="double"><ParameterField name="p" dataType="double"/>' +
      '<Apply function="-"><FieldRef field="p"/><Lag field="p"/></Apply></DefineFunction>'
    const twice = '<Apply function="growth"><Apply function="*"><FieldRef field="x"/><Constant>10</Constant></Apply></Apply>'
    const large = '<Apply function="greaterThan"><FieldRef field="x"/><Constant>2</Constant></Apply>'
    using model = deriving(
      `<Apply function="if">${large}${twice}<Apply function="growth"><FieldRef field="x"/></Apply></Apply>`,
      'double',
      functions,
    )
    // x: 1, 2, 5, 3, 1. Growth of 10x where x > 2, else of x: the first has none.
    expect(await answersOf(model, [{ x: 1 }, { x: 2 }, { x: 5 }, { x: 3 }, { x: 1 }])).toEqual([null, 1, 30, -20, -2])
  })

  it('keeps the sum of a BaselineModel', async () => {
    using model = modelOf(
      ['score:double', 'x:double'],
      (schema) =>
        `<BaselineModel functionName="regression">${schema}<TestDistributions field="x" testStatistic="CUSUM"><Baseline><GaussianDistribution mean="0" variance="1"/></Baseline>` +
        '<Alternate><GaussianDistribution mean="2" variance="1"/></Alternate></TestDistributions></BaselineModel>',
    )
    // What a record says is 2x - 2: 2, then 4 on top of it.
    const before = model.state!.fork()
    expect(await scoreRows(before, [{ x: 2 }])).toMatchObject([{ score: 2 }])
    const after = model.state!.fork()
    after.restore(before.snapshot())
    expect(await scoreRows(after, [{ x: 3 }])).toMatchObject([{ score: 6 }])
    expect(() => after.restore('[null]')).toThrow(/part 0/)
  })
})
