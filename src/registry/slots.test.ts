import { beforeEach, expect, test } from 'vitest'
import { StubModel } from '../../test/fixtures/serving/stub-model.ts'
import { VirtualClock } from '../../test/fixtures/serving/virtual-clock.ts'
import { SluiceError } from '../core/errors.ts'
import { Deployment, type Slots } from './deployment.ts'
import { createFold, publishing, retiring, rollingBack } from './fixtures/commands.ts'
import { ModelLoader } from './model-loader.ts'

/** A deployment whose slots a test names: what serves in each, what was loaded, and what was disposed of. */
class Stage {
  readonly fold = createFold()
  readonly serving = new Map<string, string>()
  readonly loads: string[] = []
  readonly events: string[] = []
  readonly models = new Map<string, StubModel>()
  readonly gates = new Map<string, PromiseWithResolvers<void>>()
  slots: Slots = new Map()
  readonly deployment: Deployment

  constructor() {
    const clock = new VirtualClock()
    const load = async (id: string): Promise<StubModel> => {
      this.loads.push(id)
      await this.gates.get(id)?.promise
      if (id.startsWith('bad')) throw new SluiceError('model.malformed', `${id} is broken`)
      const model = new StubModel()
      this.models.set(id, model)
      return model
    }
    const loader = new ModelLoader({
      runtimes: [{ format: 'function', load: async ({ name, version }) => load(`${name}@${version}`) }],
      fetch: async (entry) => new TextEncoder().encode(entry.id),
      loadTimeoutMs: 10_000,
      clock,
    })
    this.deployment = new Deployment({
      loader,
      clock,
      slots: () => this.slots,
      target: {
        fit: (loaded, slot) => () => void this.serving.set(slot, loaded.id),
        withdraw: (_, slot) => void this.serving.delete(slot),
      },
      onEvent: ({ kind, entry }) => this.events.push(`${kind} ${entry?.id}`),
    })
  }

  apply(...values: Uint8Array[]): void {
    for (const value of values) void this.deployment.reconcile(this.fold.apply(value).history)
  }

  async publish(...ids: string[]): Promise<void> {
    this.apply(...ids.map((id) => publishing(id, id)))
    await this.deployment.settled()
  }

  async use(slots: Record<string, string | undefined>): Promise<void> {
    this.slots = new Map(Object.entries(slots))
    await this.deployment.reconcile(this.fold.registry.history('wine')!)
  }

  get now(): Record<string, string> {
    return Object.fromEntries(this.serving)
  }
}

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})

test('each slot has the last version of its own model, and a new version swaps that slot only', async () => {
  stage.slots = new Map([
    ['smart', 'net'],
    ['fast', 'tree'],
  ])
  await stage.publish('net@1', 'tree@1', 'other@1')
  expect(stage.now).toEqual({ smart: 'net@1', fast: 'tree@1' })
  await stage.publish('tree@2')
  expect(stage.now).toEqual({ smart: 'net@1', fast: 'tree@2' })
  expect(stage.loads).toEqual(['net@1', 'tree@1', 'tree@2'])
  stage.apply(rollingBack('tree@1'))
  await stage.deployment.settled()
  expect(stage.now).toEqual({ smart: 'net@1', fast: 'tree@1' })
  expect(stage.loads).toHaveLength(3)
})

test('a slot can be held to one version', async () => {
  stage.slots = new Map([['pinned', 'net@1']])
  await stage.publish('net@1', 'net@2')
  expect(stage.now).toEqual({ pinned: 'net@1' })
})

test('a version that several slots want is loaded once, and disposed of when the last has left it', async () => {
  const gate = Promise.withResolvers<void>()
  stage.gates.set('net@1', gate)
  stage.slots = new Map([
    ['a', 'net'],
    ['b', 'net@1'],
    ['', undefined],
  ])
  const published = stage.publish('net@1')
  gate.resolve()
  await published
  expect(stage.now).toEqual({ a: 'net@1', b: 'net@1', '': 'net@1' })
  expect(stage.loads).toEqual(['net@1'])
  expect(stage.events).toEqual(['model-serving net@1'])
  await stage.use({ a: 'net' })
  expect([stage.now, stage.models.get('net@1')!.disposals]).toEqual([{ a: 'net@1' }, 0])
  await stage.use({ c: 'net' })
  expect(stage.now).toEqual({ c: 'net@1' })
  await stage.use({})
  expect([stage.now, stage.models.get('net@1')!.disposals]).toEqual([{}, 1])
})

test('a version that fails is reported once, and each slot falls back to its own version before', async () => {
  stage.slots = new Map([
    ['a', 'good'],
    ['b', 'bad'],
    ['c', 'bad'],
  ])
  await stage.publish('good@1', 'bad@1')
  expect(stage.now).toEqual({ a: 'good@1' })
  expect(stage.events.toSorted()).toEqual(['model-refused bad@1', 'model-serving good@1'])
  stage.apply(retiring('good@1'))
  await stage.deployment.settled()
  expect(stage.now).toEqual({})
})

test('one slow model keeps no other slot waiting', async () => {
  const gate = Promise.withResolvers<void>()
  stage.gates.set('slow@1', gate)
  stage.slots = new Map([
    ['a', 'slow'],
    ['b', 'quick'],
  ])
  stage.apply(publishing('slow@1', 'slow@1'), publishing('quick@1', 'quick@1'))
  await expect.poll(() => stage.now).toEqual({ b: 'quick@1' })
  gate.resolve()
  await stage.deployment.settled()
  expect(stage.now).toEqual({ b: 'quick@1', a: 'slow@1' })
})

test('at the end everything is disposed of once', async () => {
  stage.slots = new Map([
    ['a', 'net'],
    ['', undefined],
  ])
  await stage.publish('net@1')
  await stage.publish('net@2', 'tree@1')
  await stage.deployment[Symbol.asyncDispose]()
  expect([...stage.models].map(([id, { disposals }]) => `${id} ${disposals}`)).toEqual(['net@1 1', 'net@2 1', 'tree@1 1'])
  expect(stage.now).toEqual({})
})
