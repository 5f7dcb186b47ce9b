import { describe, expect, it } from 'vitest'
import { factorModel, startTestNode } from '../../test/fixtures/serving/test-node.ts'
import { defineModel } from '../models/function/define-model.ts'
import { createMetrics } from '../api/metrics.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'
import { valueOf } from '../core/batch.ts'
import { encodeRecords } from '../core/record-batch-writer.ts'
import type { Log } from '../core/log.ts'
import { readDecision } from '../policies/decisions/decision-text.ts'
import type { SluiceNode } from './node.ts'

const decoder = new TextDecoder()

function streamWith(more: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { streams: [{ name: 'numbers', input: 'numbers', output: 'number-scores', beforeModel: { do: 'reject' }, ...more }] }
}

const three = [factorModel('a', '1', 2), factorModel('b', '1', 2), factorModel('c', '1', 3)]

async function answersTo(node: SluiceNode, numbers: readonly number[], skip = 0): Promise<unknown[]> {
  await node.send('numbers', numbers.map((x) => ({ dataType: 'number', x }))) // prettier-ignore
  const answers: unknown[] = []
  for await (const { score, model } of node.answers('numbers', { limit: skip + numbers.length })) answers.push([score, model])
  return answers.slice(skip)
}

/** The answer to one more record. */
async function nextAnswer(node: SluiceNode, x: number): Promise<unknown> {
  const abort = new AbortController()
  const options = { follow: false, from: 'beginning', limit: 1000, signal: abort.signal } as const
  const before: unknown[] = []
  for await (const score of node.services.records.scores('numbers', options)) before.push(score)
  return (await answersTo(node, [x], before.length))[0]
}

async function textsOf(log: Log, topic: string): Promise<string[]> {
  const texts: string[] = []
  for await (const batch of log.read({ topic, partition: 0, from: 0n, follow: false })) {
    for (let i = 0; i < batch.count; i++) texts.push(decoder.decode(valueOf(batch, i)))
    batch.release()
  }
  return texts
}

describe('a node whose stream has a policy', () => {
  it('answers with what most models say, and has each decision on the log with what all of them said', async () => {
    await using log = createMemoryLog()
    const policies = { number: { answer: { consensus: { of: ['a', 'b', 'c'] } } } }
    await using node = await startTestNode({ log, definitions: three, settings: streamWith({ policies, decisions: 'decisions' }) })
    expect(await answersTo(node, [1, 2])).toEqual([
      [2, 'a@1'],
      [4, 'a@1'],
    ])
    const decisions = (await textsOf(log, 'decisions')).map(readDecision)
    expect(decisions.map(({ id, value, model, version, rule }) => [id, value, model, version, rule])).toEqual([
      ['0:0', 2, 'a', '1', 'consensus:majority'],
      ['0:1', 4, 'a', '1', 'consensus:majority'],
    ])
    expect(decisions[1]!.scores.map(({ model, value }) => [model, value])).toEqual([['a', 4], ['b', 4], ['c', 6]]) // prettier-ignore
    const state = await node.services.state.state('number')
    expect(Object.fromEntries(state.versions.map(({ id, usage, arm }) => [id, [usage, arm?.chosen, arm?.compared, arm?.agreed]]))).toEqual({
      'a@1': [2, 2, 2, 2],
      'b@1': [0, 0, 2, 2],
      'c@1': [0, 0, 2, 0],
    })
    expect(state.totals.scored).toBe(2)
    expect(state.versions.map(({ arrival }) => arrival!.p99! > 0)).toEqual([true, true, true])
    expect((await node.services.live.snapshot()).scores[0]).toMatchObject({ model: 'a@1', score: 4, record: { x: 2 } })
    expect(await createMetrics(node.services).text()).toContain(
      'sluice_arm_records_total{data_type="number",model="b",version="1",what="agreed"} 2\n',
    )
    expect(state.policies).toMatchObject([
      { stream: 'numbers', epoch: 1, policy: policies.number, arms: [{ arm: 'a', role: 'answer', model: 'a@1' }, {}, { arm: 'c' }] },
    ])
  })

  it('goes on counting where it was after a restart', async () => {
    await using log = createMemoryLog()
    const settings = streamWith({ policy: { answer: { bagging: { of: ['a', 'c'], by: 'mean' } } } })
    {
      await using node = await startTestNode({ log, definitions: three, settings })
      expect(await answersTo(node, [2])).toEqual([[5, 'bagging@a:1+c:1']])
    }
    await using node = await startTestNode({ log, definitions: three, settings })
    expect(await answersTo(node, [4])).toEqual([[5, 'bagging@a:1+c:1']])
    await expect.poll(async () => (await node.services.state.state('number')).totals.scored).toBe(2)
    const { versions } = await node.services.state.state('number')
    expect(versions.find(({ id }) => id === 'a@1')!.arm).toMatchObject({ scored: 2, chosen: 0, compared: 2, agreed: 0 })
  })

  it('with one model by its name, alone, is answered by that model, whatever was published after it', async () => {
    await using node = await startTestNode({ definitions: three, settings: streamWith({ policy: { answer: 'a' } }) })
    expect(await answersTo(node, [1])).toEqual([[2, 'a@1']])
    expect((await node.services.state.state('number')).versions[0]!.arm).toBeUndefined()
  })

  it('finds models by their aliases', async () => {
    const settings = {
      ...streamWith({ policy: { answer: 'champion', shadow: [{ model: 'challenger' }] } }),
      'models.aliases': { number: { champion: 'c', challenger: 'a@1' } },
    }
    await using node = await startTestNode({ definitions: three, settings })
    expect(await answersTo(node, [1])).toEqual([[3, 'c@1']])
    const { policies } = await node.services.state.state('number')
    expect(policies![0]!.arms.map(({ arm, role, model }) => [arm, role, model])).toEqual([
      ['champion', 'answer', 'c@1'],
      ['challenger', 'shadow', 'a@1'],
    ])
  })

  it('takes a policy by the control topic, from the next batch on, also after a restart; a bad one is refused and changes nothing', async () => {
    await using log = createMemoryLog()
    const settings = streamWith({ decisions: 'decisions' })
    {
      await using node = await startTestNode({ log, definitions: three, settings })
      const { policies } = node.services
      expect(await answersTo(node, [1])).toEqual([[3, 'c@1']])
      const set = await policies.set('number', { policy: { answer: { consensus: { of: ['a', 'b', 'c'] } } } })
      expect(set.policies).toMatchObject([{ stream: 'numbers', epoch: 2, arms: [{ model: 'a@1' }, { model: 'b@1' }, { model: 'c@1' }] }])
      expect(await nextAnswer(node, 1)).toEqual([2, 'a@1'])
      const bad = [
        [{ answer: { consensus: { of: ['a', 'b'] } } }, 'has 2 members, which can tie; it must have an odd number'],
        [{ answer: 'd' }, "answer names model 'd', but must name one of those that there are: a, a@1, b"],
        [{ answr: 'a' }, 'policy.answer is missing; it must be the name of a model'],
      ] as const
      for (const [policy, message] of bad)
        await expect(policies.set('number', { policy })).rejects.toMatchObject({ code: 'policy.invalid', message: expect.stringContaining(message) }) // prettier-ignore
      await expect(policies.set('number', { policy: null, stream: 'none' })).rejects.toMatchObject({ code: 'policy.invalid' })
      expect(await nextAnswer(node, 1)).toEqual([2, 'a@1'])
    }
    await using node = await startTestNode({ log, definitions: three, settings })
    expect(await nextAnswer(node, 1)).toEqual([2, 'a@1'])
    await node.services.policies.setAlias('number', 'champion', 'b')
    const { aliases } = await node.services.policies.set('number', { policy: { answer: 'champion' } })
    expect([aliases, await nextAnswer(node, 1)]).toEqual([{ champion: 'b' }, [2, 'b@1']])
    await node.services.policies.setAlias('number', 'champion', 'c@1')
    expect(await nextAnswer(node, 1)).toEqual([3, 'c@1'])
    expect((await node.services.policies.set('number', { policy: null })).policies).toEqual([])
    expect(await nextAnswer(node, 5)).toEqual([15, 'c@1'])
    expect((await textsOf(log, 'decisions')).map((text) => readDecision(text).epoch)).toEqual([2, 2, 2])
  })

  it('counts what a cache did, also after a restart, and says which model can not have one', async () => {
    await using log = createMemoryLog()
    const items = defineModel({ name: 'items', version: '1', dataType: 'number', inputs: { x: 'value' }, score: ({ x }) => Number(x) + 1 }) // prettier-ignore
    const policy = { answer: { bagging: { of: ['a', 'items'], by: 'mean' } }, cache: { entries: 100 } }
    const settings = streamWith({ policy })
    const caches = async (node: SluiceNode): Promise<unknown> =>
      Object.fromEntries((await node.services.state.state('number')).versions.map(({ id, cache }) => [id, cache]))
    {
      await using node = await startTestNode({ log, definitions: [three[0]!, items], settings })
      expect(await answersTo(node, [1, 1])).toEqual([[2, 'bagging@a:1+items:1'], [2, 'bagging@a:1+items:1']]) // prettier-ignore
      expect(await nextAnswer(node, 1)).toEqual([2, 'bagging@a:1+items:1'])
      const { policies } = await node.services.state.state('number')
      expect(policies![0]!.warnings).toEqual([expect.stringContaining("the answers of items@1 (items) are not remembered: it reads its input 'x'")]) // prettier-ignore
    }
    await using node = await startTestNode({ log, definitions: [three[0]!, items], settings })
    expect(await nextAnswer(node, 1)).toEqual([2, 'bagging@a:1+items:1'])
    // What was remembered is gone, what was counted is not.
    const counted = { hits: expect.any(Number), misses: 2, coalesced: expect.any(Number) }
    await expect.poll(() => caches(node)).toMatchObject({ 'a@1': counted })
    const { versions } = await node.services.state.state('number')
    const { hits, coalesced } = versions.find(({ id }) => id === 'a@1')!.cache!
    expect(hits + coalesced).toBe(2)
    expect(versions.find(({ id }) => id === 'items@1')!.cache).toBeUndefined()
    expect(await createMetrics(node.services).text()).toContain('sluice_cache_records_total{data_type="number",model="a",version="1",what="misses"} 2\n') // prettier-ignore
  })

  it('has bandits learn from rewards, and know after a restart what they knew', async () => {
    await using log = createMemoryLog()
    const bandit = { name: 'b', by: 'epsilon-greedy', of: ['a', 'c'], epsilon: 0 }
    const settings = streamWith({ policy: { answer: { bandit } }, decisions: 'decisions' })
    const reward = async (member: number, worth: number): Promise<void> => {
      const value = new TextEncoder().encode(JSON.stringify({ dataType: 'number', bandit: 'b', member, propensity: 1, reward: worth }))
      await log.append({ topic: 'rewards', partition: 0, recordBatch: encodeRecords([{ timestamp: 1, value }]) })
    }
    const learned = async (node: SluiceNode): Promise<unknown> => (await node.services.state.state('number')).policies![0]!.learned
    {
      await using node = await startTestNode({ log, definitions: three, settings })
      expect(await nextAnswer(node, 1)).toEqual([2, 'a@1'])
      const [decision] = (await textsOf(log, 'decisions')).map(readDecision)
      expect([decision!.choices, decision!.propensity]).toEqual([[{ name: 'b', member: 0, propensity: 1 }], 1])
      await reward(9, 1)
      await reward(0, 0.25)
      await reward(1, 0.75)
      await expect.poll(() => learned(node)).toEqual({ b: [0, 1] })
      expect(await nextAnswer(node, 1)).toEqual([3, 'c@1'])
    }
    await using node = await startTestNode({ log, definitions: three, settings })
    expect(await learned(node)).toEqual({ b: [0, 1] })
    expect(await nextAnswer(node, 1)).toEqual([3, 'c@1'])
  })
})
