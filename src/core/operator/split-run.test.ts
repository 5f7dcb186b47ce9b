import { expect, test } from 'vitest'
import { answersOf, counts, decisionsOf, PolicyStage, rejectionsOf, SlowModel, turn } from '../../../test/fixtures/serving/policy-stage.ts'
import { StubModel } from '../../../test/fixtures/serving/stub-model.ts'
import { SummingModel } from '../../../test/fixtures/serving/summing-model.ts'
import { readDecision } from '../../policies/decisions/decision-text.ts'
import { createArmsPolicy } from '../../policies/batch/create-arms-policy.ts'
import type { PolicySpec } from '../policy-spec.ts'
import { AdaptiveBatch } from './adaptive-batch.ts'
import type { Work } from './work.ts'

const CACHED: PolicySpec = { answer: 'slow', budgetMs: 50, cache: { entries: 100 } }
const cacheOf = (stage: PolicyStage): unknown => [...stage.lane.allStatistics()].find(({ cache }) => cache !== undefined)?.toJSON().cache

async function finished(work: Work): Promise<ReturnType<Work['finish']>> {
  await work.done
  return work.finish()
}

for (const decisions of [true, false]) {
  test(`what is remembered is answered at once, though the model is slow; the rest has its budget (decisions ${decisions})`, async () => {
    const slow = new SlowModel((x) => 10 * x)
    const stage = new PolicyStage(CACHED, { decisions }).play('slow', slow)
    const first = stage.begin([1, 2])
    stage.time.advance(5)
    slow.gates[0]!.resolve()
    const answers = answersOf(await finished(first))
    expect(answersOf(stage.answer([1, 2]))).toEqual(answers)
    const third = stage.begin([1, 3, null, 2])
    expect(slow.gates).toHaveLength(2)
    stage.time.advance(50)
    const mixed = await finished(third)
    expect(answersOf(mixed)).toEqual([
      ['0:0', 'slow@1', '10'],
      ['0:3', 'slow@1', '20'],
    ])
    expect(rejectionsOf(mixed)).toEqual([
      ['1', 'record.no-answer'],
      ['2', 'record.no-answer'],
    ])
    const cameAt = decisionsOf(mixed).map((text) => readDecision(text!).scores.map(({ atMs }) => atMs))
    expect(cameAt).toEqual(decisions ? [[0], [], [], [0]] : [])
    slow.gates[1]!.resolve()
    await turn()
    expect(answersOf(stage.answer([3]))).toEqual([['0:0', 'slow@1', '30']])
    expect(cacheOf(stage)).toEqual({ hits: 5, misses: 4, coalesced: 0 })
    expect(stage.arms()).toEqual({ 'slow@1': { ...counts, usage: 7, scored: 8, late: 2, failed: 1, chosen: 7, compared: 7, agreed: 7 } })
  })
}

test('the same input in batches side by side is scored once', async () => {
  const slow = new SlowModel((x) => 10 * x)
  const stage = new PolicyStage(CACHED).play('slow', slow)
  const works = [stage.begin([1, 2]), stage.begin([2, 1])]
  expect(slow.gates).toHaveLength(1)
  slow.gates[0]!.resolve()
  const scored = await Promise.all(works.map(finished))
  expect(scored.map((each) => answersOf(each).map((answer) => (answer as string[])[2]))).toEqual([['10', '20'], ['20', '10']]) // prettier-ignore
  expect([slow.frames, cacheOf(stage)]).toEqual([1, { hits: 0, misses: 2, coalesced: 2 }])
})

test('a new version remembers nothing of the one before, and other arms go on with what they have', () => {
  const stage = new PolicyStage({ answer: { consensus: { of: ['a', 'b', 'c'] } }, cache: { entries: 10, of: ['a', 'b'] } })
  stage.arm('a').arm('b').arm('c')
  stage.answer([1])
  stage.arm('a', { score: (x) => x + 1 }, '2')
  expect(readDecision(decisionsOf(stage.answer([1]))[0]!).scores.map(({ value }) => value)).toEqual([2, 1, 1])
  const frames = Object.fromEntries([...stage.models].map(([name, model]) => [name, (model as StubModel).frames]))
  expect(frames).toEqual({ a: 1, b: 1, c: 2 })
})

test('a model with a state is not remembered, and a policy without a cache forgets', () => {
  const stage = new PolicyStage({ answer: 'sum', cache: { entries: 10 } }).play('sum', new SummingModel())
  expect(answersOf(stage.answer([1, 1])).map((each) => (each as string[])[2])).toEqual(['1', '2'])
  stage.operator.setPolicy('a', createArmsPolicy({ answer: 'plain', cache: { entries: 10 } }, 2))
  stage.arm('plain')
  expect(stage.operator.arm('a', 'plain')!.cache).toBeDefined()
  stage.operator.setPolicy('a', createArmsPolicy({ answer: 'plain', budgetMs: 10 }, 3))
  expect(stage.operator.arm('a', 'plain')!.cache).toBeUndefined()
})

test('a model whose time grows with its frames is given what it can do within the budget; what does not begin in time is taken back', async () => {
  const stage = new PolicyStage({ answer: { speculative: { smart: 'smart', fast: 'fast', afterMs: 39 } }, budgetMs: 40 })
  const took: number[] = []
  const smart = new StubModel({
    score: (x) => -x,
    // A millisecond for each record.
    before: async ({ rows }) =>
      new Promise((resolve) => {
        took.push(rows)
        stage.time.after(rows, resolve)
      }),
  })
  stage.arm('fast').play('smart', smart)
  const records = Array.from({ length: 100 }, (_, i) => i + 1)
  const bySmart: number[] = []
  for (let batch = 0; batch < 12; batch++) {
    const work = stage.begin(records)
    for (let ms = 0; ms < 200; ms++) {
      stage.time.advance(1)
      await turn()
    }
    const answers = answersOf(await finished(work)) as [string, string, string][]
    work.release()
    expect(answers.map(([, , score]) => Math.abs(Number(score)))).toEqual(records)
    bySmart.push(answers.filter(([, model]) => model === 'smart@1').length)
  }
  expect(took[0]).toBe(100)
  expect(bySmart[0]).toBe(0)
  // Two frames at a time, each within half the budget: about 20 records in each, and twice that many before the time is up.
  expect(Math.max(...took.slice(-20))).toBeLessThanOrEqual(21)
  expect(Math.min(...bySmart.slice(-5))).toBeGreaterThanOrEqual(38)
  expect(stage.operator.arm('a', 'smart')!.batching.rows).toBeLessThanOrEqual(21)
  const { cancelled, scored, late } = stage.arms()['smart@1'] as Record<string, number>
  expect([cancelled! + scored!, scored! - late!]).toEqual([1200, bySmart.reduce((sum, each) => sum + each, 0)])
})

test('how many records a model is given shrinks by what took too long, by half at most, and grows again', () => {
  const batch = new AdaptiveBatch()
  batch.took(1000, 25, 50)
  expect(batch.rows).toBe(Infinity)
  batch.took(1000, 30, 50)
  expect(batch.rows).toBe(833)
  batch.took(833, 1000, 50)
  expect(batch.rows).toBe(416)
  batch.took(400, 20, 50)
  expect(batch.rows).toBe(416)
  batch.took(416, 20, 50)
  expect(batch.rows).toBe(442)
  for (let i = 0; i < 100; i++) batch.took(1, 1000, 50)
  expect(batch.rows).toBe(1)
  for (let i = 0; i < 1000 && batch.rows < Infinity; i++) batch.took(batch.rows, 1, 50)
  expect(batch.rows).toBe(Infinity)
})
