import { expect, test } from 'vitest'
import { batchOf, plainRecords, value } from '../../../test/fixtures/serving/json-operator.ts'
import { answersOf, counts, decisionsOf, PolicyStage, rejectionsOf, SlowModel, turn } from '../../../test/fixtures/serving/policy-stage.ts'
import type { StubModel } from '../../../test/fixtures/serving/stub-model.ts'
import { loadedStub } from '../../../test/fixtures/serving/stub-model.ts'
import { SummingModel } from '../../../test/fixtures/serving/summing-model.ts'
import { record } from '../../../test/contracts/log/plain-record.ts'
import { createArmsPolicy } from '../../policies/batch/create-arms-policy.ts'
import { readDecision, readStray } from '../../policies/decisions/decision-text.ts'
import { unitHash, saltSeed } from '../../policies/hash/murmur.ts'
import { Dictionary } from '../dictionary.ts'
import { SluiceError } from '../errors.ts'
import type { Held } from './operator.ts'
import type { Work } from './work.ts'

test('a consensus of three answers with what most say, by the version that said it first, in the order of the input', () => {
  const stage = new PolicyStage({ answer: { consensus: { of: ['a', 'b', 'c'] } } })
  stage
    .arm('a', { score: (x) => x })
    .arm('b', { score: (x) => (x > 2 ? -1 : x) }, '7')
    .arm('c', { score: (x) => (x > 1 ? -1 : x) })
  const answers = stage.answer([1, 2, 3])
  expect(answersOf(answers)).toEqual([
    ['0:0', 'a@1', '1'],
    ['0:1', 'a@1', '2'],
    ['0:2', 'b@7', '-1'],
  ])
  expect(stage.arms()).toEqual({
    'a@1': { ...counts, usage: 2, chosen: 2, scored: 3, compared: 3, agreed: 2 },
    'b@7': { ...counts, usage: 1, chosen: 1, scored: 3, compared: 3, agreed: 3 },
    'c@1': { ...counts, scored: 3, compared: 3, agreed: 2 },
  })
  const [first, , third] = decisionsOf(answers).map((text) => readDecision(text!))
  expect(first).toMatchObject({ id: '0:0', dataType: 'a', value: 1, model: 'a', version: '1', rule: 'consensus:majority', epoch: 1 })
  expect(third!.scores.map(({ model, version, value: said }) => [model, version, said])).toEqual([
    ['a', '1', 3],
    ['b', '7', -1],
    ['c', '1', -1],
  ])
  expect(answers.markers.map(({ arm, name, version, fromOffset, previous }) => [arm, name, version, fromOffset, previous])).toEqual([
    ['a', 'a', '1', '0', null],
    ['b', 'b', '7', '0', null],
    ['c', 'c', '1', '0', null],
  ])
})

test('an arm that fails a record is failed alone; the record is rejected with the first reason where nobody answers', () => {
  const no = new SluiceError('record.feature.invalid', 'it does not like it')
  const stage = new PolicyStage({ answer: { rendezvous: { schedule: [{ afterMs: 0, accept: ['smart', 'fast'] }] } } })
  stage.arm('smart', { score: (x) => (x >= 2 ? no : x) }).arm('fast', { score: (x) => (x >= 3 ? Number.NaN : 10 * x) })
  const answers = stage.answer([1, 2, 3, null])
  expect(answersOf(answers)).toEqual([
    ['0:0', 'smart@1', '1'],
    ['0:1', 'fast@1', '20'],
  ])
  expect(rejectionsOf(answers)).toEqual([
    ['2', 'record.feature.invalid'],
    ['3', 'record.feature.missing'],
  ])
  expect([answers.scored, answers.rejected]).toEqual([2, 2])
  expect(stage.arms()).toEqual({
    'smart@1': { ...counts, usage: 1, chosen: 1, scored: 1, failed: 3, compared: 1, agreed: 1 },
    'fast@1': { ...counts, usage: 1, chosen: 1, scored: 2, failed: 2, compared: 2, agreed: 1 },
  })
})

test('an arm that throws on a whole frame leaves the answers to the others', () => {
  const stage = new PolicyStage({ answer: { bagging: { of: ['a', 'b'], by: 'mean' } } })
  stage.arm('a', { before: () => { throw new Error('out of order') } }).arm('b', { score: (x) => x + 1 }) // prettier-ignore
  const answers = stage.answer([1, 2])
  expect(answersOf(answers).map((each) => (each as string[])[2])).toEqual(['2', '3'])
})

test('an answer made of several says so: the policy and its members, in the value and in the headers', () => {
  const stage = new PolicyStage({ name: 'wines', answer: { bagging: { of: ['a', 'b'], by: 'mean' } } })
  stage.arm('a', { score: (x) => x }).arm('b', { score: (x) => x + 1 }, '2')
  const answers = stage.answer([1, 5])
  expect(answersOf(answers)).toEqual([
    ['0:0', 'wines@a:1+b:2', '1.5'],
    ['0:1', 'wines@a:1+b:2', '5.5'],
  ])
  expect(JSON.parse(plainRecords(answers.outputs)[0]!.value!)).toEqual({
    dataType: 'a',
    x: 1,
    answer: { score: 1.5, model: 'wines@a:1+b:2' },
  })
  expect([...stage.lane.allStatistics()].map(({ model, usage }) => [model, usage])).toContainEqual(['wines@a:1+b:2', 2])
})

test('labels are voted on by their texts, though each model has codes of its own', () => {
  const labels = (...texts: string[]) => [{ name: 'kind', type: 'label' as const, dictionary: new Dictionary(texts) }]
  const stage = new PolicyStage({ answer: { bagging: { of: ['a', 'b', 'c'], by: 'vote' } } })
  stage
    .arm('a', { outputs: labels('red', 'white') })
    .arm('b', { outputs: labels('white', 'red') })
    .arm('c', { outputs: labels('rosé', 'white') })
  expect(answersOf(stage.answer([0, 1])).map((each) => (each as string[])[2])).toEqual(['red', 'white'])
})

test('a split gives each arm the records whose keys are its own, and only those', () => {
  const stage = new PolicyStage({ answer: { split: { salt: 's', arms: [{ percent: 70, answer: 'old' }, { percent: 30, answer: 'new' }] } } }) // prettier-ignore
  stage.arm('old').arm('new', { score: (x) => -x })
  const keys = Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? null : `k${i}`))
  const batch = batchOf(keys.map((key, i) => record(value('a', i), { key })), 1000n) // prettier-ignore
  const answers = (stage.operator.begin(batch, stage.lane) as Work).finish()
  const encoder = new TextEncoder()
  const expected = keys.map((key, i) => (unitHash(encoder.encode(key ?? `0:${1000 + i}`), saltSeed('s')) < 0.7 ? 'old@1' : 'new@1'))
  expect(answersOf(answers).map((each) => (each as string[])[1])).toEqual(expected)
  expect(new Set(expected).size).toBe(2)
  const arms = stage.arms() as Record<string, { scored: number }>
  expect(arms['new@1']!.scored).toBe(expected.filter((id) => id === 'new@1').length)
})

test('a shadow and a reference score along and are compared, and never answer', () => {
  const stage = new PolicyStage({ answer: 'main', shadow: [{ model: 'next', percent: 100 }], reference: ['stable'] })
  stage.arm('main').arm('next', { score: (x) => (x === 1 ? 1 : 0) }).arm('stable', { before: () => { throw new Error('no') } }) // prettier-ignore
  expect(answersOf(stage.answer([1, 2]))).toEqual([
    ['0:0', 'main@1', '1'],
    ['0:1', 'main@1', '2'],
  ])
  expect(stage.arms()).toMatchObject({ 'next@1': { usage: 0, scored: 2, compared: 2, agreed: 1 }, 'stable@1': { usage: 0, failed: 2 } })
})

test('a new version of an arm swaps that arm only, from the next batch on', () => {
  const stage = new PolicyStage({ answer: { rendezvous: { schedule: [{ afterMs: 0, accept: ['a', 'b'] }] } } })
  stage.arm('a').arm('b')
  stage.answer([1])
  const before = stage.models.get('b') as StubModel
  stage.arm('b', {}, '2')
  const { markers } = stage.answer([1])
  expect(markers.map(({ arm, version, previous }) => ({ arm, version, previous }))).toEqual([{ arm: 'b', version: '2', previous: 'b@1' }])
  expect(before.disposals).toBe(0)
})

test('a speculative answer is the fast one where the smart one is late, which is counted and told of in the next commit', async () => {
  const stage = new PolicyStage({ answer: { speculative: { smart: 'smart', fast: 'fast', afterMs: 20 } }, budgetMs: 50 })
  const smart = new SlowModel((x) => 10 * x)
  stage.arm('fast').play('smart', smart)
  const work = stage.begin([1, 2])
  let done = false
  void work.done!.then(() => (done = true))
  stage.time.advance(19)
  await turn()
  expect(done).toBe(false)
  stage.time.advance(1)
  await turn()
  expect(done).toBe(true)
  const answers = work.finish()
  expect(answersOf(answers)).toEqual([
    ['0:0', 'fast@1', '1'],
    ['0:1', 'fast@1', '2'],
  ])
  expect(readDecision(decisionsOf(answers)[0]!)).toMatchObject({ rule: 'speculative:fast', elapsedMs: 20, reason: 'in-time' })
  let released = 0
  Object.assign(work.batch, { release: () => released++ })
  work.release()
  expect(released).toBe(0)
  stage.time.advance(100)
  smart.gates[0]!.resolve()
  await turn()
  expect(released).toBe(1)

  const next = stage.begin([3])
  smart.gates[1]!.resolve()
  await next.done
  const later = next.finish()
  expect(answersOf(later)).toEqual([['0:0', 'smart@1', '30']])
  const strays = decisionsOf(later).filter((text) => text!.includes('"why"'))
  expect(strays.map((text) => readStray(text!))).toMatchObject([
    { id: '0:0', model: 'smart', version: '1', why: 'late', atMs: 120, value: 10 },
    { id: '0:1', model: 'smart', version: '1', why: 'late', atMs: 120, value: 20 },
  ])
  expect(stage.arms()).toMatchObject({ 'smart@1': { late: 2, scored: 3, chosen: 1 } })
  expect(later.statistics.map(({ model }) => model)).toContain('smart@1')
  expect(stage.time.waiting).toBe(0)
})

test('a score that comes when time is up is late, though nobody had looked', async () => {
  const stage = new PolicyStage({
    answer: { rendezvous: { schedule: [{ afterMs: 0, accept: ['slow'] }] } },
    budgetMs: 30,
    default: { value: -1 },
  })
  const slow = new SlowModel((x) => x)
  stage.play('slow', slow)
  const work = stage.begin([1])
  stage.time.freeze(30)
  slow.gates[0]!.resolve()
  await work.done
  const answers = work.finish()
  expect(answersOf(answers)).toEqual([['0:0', 'default@rendezvous', '-1']])
  expect(readDecision(decisionsOf(answers)[0]!)).toMatchObject({
    rule: 'default',
    value: -1,
    model: null,
    elapsedMs: 30,
    reason: 'deadline',
    scores: [],
  })
  expect(readStray(decisionsOf(answers)[1]!)).toMatchObject({ why: 'late', value: 1 })
})

test('records that nobody answered in time are rejected where there is no default', async () => {
  const stage = new PolicyStage({ answer: 'slow', budgetMs: 30 })
  stage.play('slow', new SlowModel((x) => x))
  const work = stage.begin([1])
  stage.time.advance(30)
  await work.done
  const answers = work.finish()
  expect(rejectionsOf(answers)).toEqual([['0', 'record.no-answer']])
})

test('the last known answer of a key stands in for one that does not come', async () => {
  const stage = new PolicyStage({ answer: 'slow', budgetMs: 30, default: 'last-known' })
  const slow = new SlowModel((x) => x)
  stage.play('slow', slow)
  const begin = (): Work => stage.operator.begin(batchOf([record(value('a', 5), { key: 'k' }), record(value('a', 6), { key: 'other' })]), stage.lane) as Work // prettier-ignore
  const first = begin()
  slow.gates[0]!.resolve()
  await first.done
  expect(answersOf(first.finish()).map((each) => (each as string[])[2])).toEqual(['5', '6'])
  const second = begin()
  stage.time.advance(30)
  await second.done
  expect(answersOf(second.finish())).toEqual([
    ['0:0', 'default@primary', '5'],
    ['0:1', 'default@primary', '6'],
  ])
})

test('frames that have not begun when their batch is decided are taken back, and those of a shadow are not waited for', async () => {
  const stage = new PolicyStage({ answer: { speculative: { smart: 'smart', fast: 'fast', afterMs: 10 } }, budgetMs: 50, shadow: [{ model: 'shadow' }] }) // prettier-ignore
  const smart = new SlowModel((x) => x)
  const shadow = new SlowModel((x) => x)
  stage.arm('fast').play('smart', smart).play('shadow', shadow)
  const works = [1, 2, 3, 4].map((x) => stage.begin([x], BigInt(x)))
  expect([smart.gates.length, shadow.gates.length]).toEqual([2, 2])
  stage.time.advance(10)
  await Promise.all(works.map(async ({ done }) => done))
  for (const work of works) {
    work.finish()
    work.release()
  }
  await turn()
  expect(smart.gates.length).toBe(2)
  for (const gate of [...smart.gates, ...shadow.gates]) gate.resolve()
  await turn()
  for (const gate of shadow.gates) gate.resolve()
  await turn()
  expect(stage.arms()).toMatchObject({ 'smart@1': { cancelled: 2, late: 2 }, 'shadow@1': { cancelled: 0, scored: 4, agreed: 4 } })
})

test('records are held until all arms that may answer had a model once; an arm that goes later is done without', () => {
  const stage = new PolicyStage(
    { answer: { consensus: { of: ['a', 'b', 'c'] } } },
    { beforeModel: { do: 'hold', maxMs: 1000, maxRecords: 10 } },
  )
  stage.arm('a').arm('b')
  const batch = batchOf([value('a', 1)])
  expect(stage.operator.begin(batch, stage.lane)).toMatchObject({ held: 'a' } satisfies Partial<Held>)
  stage.arm('c')
  expect(answersOf(stage.answer([1]))).toHaveLength(1)
  stage.operator.serveArm('a', 'c', undefined)
  const answers = stage.answer([1])
  expect(readDecision(decisionsOf(answers)[0]!)).toMatchObject({ quorum: true, scores: [{}, {}, { model: 'c', outcome: 'removed' }] })
})

test('when they were held long enough, those arms answer that are there', () => {
  const stage = new PolicyStage(
    { answer: { bagging: { of: ['a', 'b'], by: 'mean' } } },
    { beforeModel: { do: 'hold', maxMs: 1000, maxRecords: 10 } },
  )
  stage.arm('b')
  expect(stage.operator.begin(batchOf([value('a', 1)]), stage.lane)).toMatchObject({ held: 'a', forMs: 1000 })
  stage.time.advance(1000)
  expect(answersOf(stage.answer([1]))).toEqual([['0:0', 'bagging@b:1', '1']])
})

test('a model with a state remembers the records that its arm was asked for, and goes on without the policy', () => {
  const stage = new PolicyStage({ answer: 'sum', shadow: [{ model: 'plain' }] })
  stage.play('sum', new SummingModel()).arm('plain')
  expect(answersOf(stage.answer([1, 2])).map((each) => (each as string[])[2])).toEqual(['1', '3'])
  const answers = stage.answer([3])
  expect(answers.states.map(({ model, snapshot }) => [model, snapshot])).toEqual([['sum@1', '{"sum":6}']])
  stage.operator.serve('a', stage.operator.fit(loadedStub('sum@1', 'a', new SummingModel())))
  stage.operator.setPolicy('a', undefined)
  expect(answersOf(stage.answer([4])).map((each) => (each as string[])[2])).toEqual(['10'])
  stage.operator.setPolicy('a', createArmsPolicy({ answer: 'sum' }, 2))
  expect(answersOf(stage.answer([5])).map((each) => (each as string[])[2])).toEqual(['15'])
})

test('models are disposed of once when the last late frame is back, whatever the order', async () => {
  const stage = new PolicyStage({ answer: { speculative: { smart: 'smart', fast: 'fast', afterMs: 10 } } })
  const smart = new SlowModel((x) => x)
  const loaded = loadedStub('smart@1', 'a', smart).retain()
  stage.arm('fast')
  stage.operator.serveArm('a', 'smart', stage.operator.fit(loaded))
  loaded.release()
  const work = stage.begin([1])
  stage.time.advance(10)
  await work.done
  work.finish()
  work.release()
  stage.operator.serveArm('a', 'smart', undefined)
  expect(smart.disposals).toBe(0)
  smart.gates[0]!.resolve()
  await turn()
  expect(smart.disposals).toBe(1)
})

test('an arm that goes by an alias says in decisions, and as a member, which model played it', () => {
  const stage = new PolicyStage({ answer: 'champion', shadow: [{ model: 'b@2' }] })
  const play = (arm: string, id: string): void => stage.operator.serveArm('a', arm, stage.operator.fit(loadedStub(id, 'a')))
  play('champion', 'forest@3')
  play('b@2', 'b@2')
  const decision = readDecision(decisionsOf(stage.answer([1]))[0]!)
  expect([decision.model, decision.version]).toEqual(['champion', 'forest@3'])
  expect(decision.scores.map(({ model, version }) => [model, version])).toEqual([['champion', 'forest@3'], ['b@2', '2']]) // prettier-ignore
  stage.operator.setPolicy('a', createArmsPolicy({ answer: { bagging: { of: ['champion', 'b@2'], by: 'mean' } } }, 2))
  expect(answersOf(stage.answer([1]))).toEqual([['0:0', 'bagging@forest:3+b:2', '1']])
})

test('models that all answer at once are preferred in the order of the schedule, as if its time went by', () => {
  const schedule = [{ afterMs: 10, accept: ['smart'] }, { afterMs: 20, accept: ['fast', 'smart'] }] // prettier-ignore
  const stage = new PolicyStage({ answer: { rendezvous: { schedule, atDeadline: ['fast'] } } })
  stage.arm('smart', { score: (x) => (x === 2 ? Number.NaN : x) }).arm('fast', { score: (x) => -x })
  const answers = stage.answer([1, 2])
  expect(answersOf(answers).map((each) => (each as string[])[1])).toEqual(['smart@1', 'fast@1'])
  expect(decisionsOf(answers).map((text) => [readDecision(text!).rule, readDecision(text!).elapsedMs])).toEqual([
    ['rendezvous:after-10ms', 0],
    ['rendezvous:after-20ms', 0],
  ])
})
