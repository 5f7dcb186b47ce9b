import { beforeEach, describe, expect, test } from 'vitest'
import { StubModel } from '../../test/fixtures/serving/stub-model.ts'
import { VirtualClock } from '../../test/fixtures/serving/virtual-clock.ts'
import { SluiceError } from '../core/errors.ts'
import type { Model, Runtime } from '../core/model.ts'
import { Deployment, type DeploymentEvent } from './deployment.ts'
import { createFold, publishing, retiring, rollingBack } from './fixtures/commands.ts'
import type { DataTypeHistory, ModelEntry } from './history.ts'
import { ModelLoader } from './model-loader.ts'

/** A deployment of a fold, whose models are stubs: what is loaded, what serves, and what was reported. */
class Stage {
  readonly fold = createFold()
  readonly clock = new VirtualClock()
  readonly events: string[] = []
  /** Ids in the order of loading. */
  readonly loads: string[] = []
  readonly models = new Map<string, StubModel[]>()
  readonly serving = new Map<string, string>()
  /** Ids whose loading waits until it is let go. */
  readonly gates = new Map<string, PromiseWithResolvers<void>>()
  readonly deployment: Deployment
  /** How many times the log can't be read. */
  outages = 0

  constructor(loadTimeoutMs = 10_000) {
    const runtime: Runtime = { format: 'function', load: async ({ name, version }) => this.#load(`${name}@${version}`) }
    const loader = new ModelLoader({
      runtimes: [runtime],
      fetch: async (entry) => {
        if (this.outages-- > 0) throw new SluiceError('log.unavailable', 'the broker is away')
        return contentOf(entry)
      },
      loadTimeoutMs,
      clock: this.clock,
    })
    this.deployment = new Deployment({
      loader,
      clock: this.clock,
      target: {
        fit: (loaded) => {
          if (loaded.id.startsWith('misfit')) throw new SluiceError('model.inputs.mismatch', `${loaded.id} does not fit`)
          return () => void this.serving.set(loaded.descriptor.dataType, loaded.id)
        },
        withdraw: (dataType) => void this.serving.delete(dataType),
      },
      onEvent: (event) => this.events.push(describeEvent(event)),
    })
  }

  async #load(id: string): Promise<Model> {
    this.loads.push(id)
    await this.gates.get(id)?.promise
    if (id.startsWith('bad')) throw new SluiceError('model.malformed', `${id} is broken`)
    const model = new StubModel(id.startsWith('throwing') ? { before: () => { throw new Error('cold') } } : {}) // prettier-ignore
    this.models.set(id, [...(this.models.get(id) ?? []), model])
    return model
  }

  hold(id: string): PromiseWithResolvers<void> {
    const gate = Promise.withResolvers<void>()
    this.gates.set(id, gate)
    return gate
  }

  /** Applies a command and starts what follows from it. */
  begin(value: Uint8Array): Promise<void> {
    return this.deployment.reconcile(this.fold.apply(value).history)
  }

  async publish(...ids: string[]): Promise<void> {
    for (const id of ids) await this.begin(publishing(id, id))
  }

  get history(): DataTypeHistory {
    return this.fold.registry.history('wine')!
  }

  disposals(id: string): number[] {
    return this.models.get(id)?.map((model) => model.disposals) ?? []
  }

  statuses(): Record<string, string> {
    return Object.fromEntries(this.history.versions.map(({ id, status }) => [id, status]))
  }
}

function contentOf(entry: ModelEntry): Uint8Array {
  return new TextEncoder().encode(entry.id)
}

function describeEvent({ kind, entry, error }: DeploymentEvent): string {
  return [kind, entry?.id, error?.code].filter((part) => part !== undefined).join(' ')
}

describe('a deployment', () => {
  let stage: Stage
  beforeEach(() => {
    stage = new Stage()
  })

  test('brings a version from the topic to where it serves', async () => {
    stage.clock.advance(5)
    await stage.publish('m@1')
    expect(stage.serving).toEqual(new Map([['wine', 'm@1']]))
    expect(stage.history.find('m@1')).toMatchObject({ status: 'serving', servingSince: stage.clock.now(), reason: null })
    expect(stage.events).toEqual(['model-serving m@1'])
    expect(stage.models.get('m@1')![0]!.frames).toBeGreaterThan(0)
  })

  test.each([
    ['that is malformed', 'bad@2', 'model.malformed'],
    ['that fails when it is warmed', 'throwing@2', 'model.runtime.failed'],
    ['that no stream can feed', 'misfit@2', 'model.inputs.mismatch'],
  ])('reports a version %s, and the one before keeps serving', async (_, id, code) => {
    await stage.publish('m@1', id)
    expect(stage.serving.get('wine')).toBe('m@1')
    expect(stage.history.find(id)).toMatchObject({ status: 'refused', reason: { code } })
    expect(stage.events).toEqual(['model-serving m@1', `model-refused ${id} ${code}`])
    expect(stage.loads).toEqual(['m@1', id])
    expect(stage.disposals('m@1')).toEqual([0])
    expect(stage.disposals(id)).toEqual(id.startsWith('bad') ? [] : [1])
  })

  test('reports bytes that are not those of the descriptor', async () => {
    await stage.publish('m@1')
    await stage.begin(publishing('m@2', 'not what is fetched'))
    expect(stage.history.find('m@2')!.reason).toMatchObject({ code: 'model.sha256.mismatch' })
    expect(stage.serving.get('wine')).toBe('m@1')
  })

  test('reports a format that nothing loads', async () => {
    await stage.begin(publishing('m@1', 'm@1', { format: 'remote' }))
    expect(stage.history.find('m@1')!.reason).toMatchObject({
      code: 'model.format.unknown',
      message: expect.stringContaining('function') as string,
    })
  })

  test('gives up loading after its time, and disposes of what comes too late', async () => {
    const slow = new Stage(20)
    const gate = slow.hold('m@1')
    await slow.publish('m@1')
    expect(slow.history.find('m@1')!.reason).toMatchObject({
      code: 'model.load.timeout',
      message: expect.stringContaining('20 ms') as string,
    })
    gate.resolve()
    await expect.poll(() => slow.disposals('m@1')).toEqual([1])
  })

  test('does not take it out on a version that the log can not be read for a while', async () => {
    stage.outages = 2
    await stage.publish('m@1')
    expect(stage.events).toEqual(['model-serving m@1'])
  })

  test('gives up a version that is being loaded when another is published, which does not wait for it', async () => {
    await stage.publish('m@1')
    const gate = stage.hold('m@2')
    const second = stage.begin(publishing('m@2', 'm@2'))
    await expect.poll(() => stage.loads).toContain('m@2')
    await stage.publish('m@3')
    await second
    expect(stage.serving.get('wine')).toBe('m@3')
    expect(stage.statuses()).toEqual({ 'm@1': 'ready', 'm@2': 'published', 'm@3': 'serving' })
    expect(stage.events).toEqual(['model-serving m@1', 'model-serving m@3'])
    gate.resolve()
    await expect.poll(() => stage.disposals('m@2')).toEqual([1])
  })

  test('goes back to the version before without loading it, and to earlier ones by loading them', async () => {
    await stage.publish('m@1', 'm@2', 'm@3')
    expect(stage.disposals('m@1')).toEqual([1])
    stage.loads.length = 0
    await stage.begin(rollingBack('m@2'))
    expect([stage.serving.get('wine'), stage.loads]).toEqual(['m@2', []])
    await stage.begin(rollingBack('m@3'))
    expect([stage.serving.get('wine'), stage.loads]).toEqual(['m@3', []])
    await stage.begin(rollingBack('m@1'))
    expect([stage.serving.get('wine'), stage.loads]).toEqual(['m@1', ['m@1']])
    expect(stage.statuses()).toEqual({ 'm@1': 'serving', 'm@2': 'ready', 'm@3': 'ready' })
  })

  test('keeps what serves when it is to go back to a version that can not be loaded', async () => {
    await stage.publish('m@1', 'bad@2', 'm@3')
    await stage.begin(rollingBack('bad@2'))
    expect(stage.serving.get('wine')).toBe('m@3')
    expect(stage.loads.filter((id) => id === 'bad@2')).toHaveLength(2)
    expect(stage.statuses()).toEqual({ 'm@1': 'ready', 'bad@2': 'refused', 'm@3': 'serving' })
  })

  test('lets the version before serve when the serving one is retired, and none when it was the only one', async () => {
    await stage.publish('m@1', 'm@2')
    await stage.begin(retiring('m@2'))
    expect(stage.serving.get('wine')).toBe('m@1')
    expect(stage.disposals('m@2')).toEqual([1])
    await stage.begin(retiring('m@1'))
    expect(stage.serving.has('wine')).toBe(false)
    expect(stage.events.slice(-1)).toEqual(['model-withdrawn m@1'])
    expect(stage.disposals('m@1')).toEqual([1])
  })

  test('does not keep a retired version loaded', async () => {
    await stage.publish('m@1', 'm@2')
    expect(stage.disposals('m@1')).toEqual([0])
    await stage.begin(retiring('m@1'))
    expect(stage.disposals('m@1')).toEqual([1])
    expect(stage.serving.get('wine')).toBe('m@2')
  })

  test('loads versions of different data types at the same time', async () => {
    const gate = stage.hold('wines@1')
    const wine = stage.begin(publishing('wines@1', 'wines@1'))
    await stage.begin(publishing('beers@1', 'beers@1', { dataType: 'beer' }))
    expect(stage.serving).toEqual(new Map([['beer', 'beers@1']]))
    gate.resolve()
    await wine
    expect(stage.serving.get('wine')).toBe('wines@1')
  })

  test('swaps in a version that is published again with other words about it', async () => {
    await stage.publish('m@1')
    await stage.begin(publishing('misfit@1', 'misfit@1', { inputs: { a: 'b' } }))
    await stage.begin(publishing('m@1', 'm@1', { description: 'better words' }))
    expect(stage.statuses()).toEqual({ 'm@1': 'serving', 'misfit@1': 'refused' })
    expect(stage.loads).toEqual(['m@1', 'misfit@1', 'm@1'])
  })

  test('notices what is wanted in the moment in which it finished', async () => {
    // Each reconcile is asked for one microtask later than the one before.
    for (let delay = 0; delay < 12; delay++) {
      const own = new Stage()
      const first = own.begin(publishing('m@1', 'm@1'))
      void first.then(async () => {
        for (let i = 0; i < delay; i++) await Promise.resolve()
        await own.begin(publishing('m@2', 'm@2'))
      })
      await expect.poll(() => own.serving.get('wine')).toBe('m@2')
    }
  })

  test('disposes of everything at its end, also of what is being loaded', async () => {
    await stage.publish('m@1', 'm@2')
    const gate = stage.hold('m@3')
    void stage.begin(publishing('m@3', 'm@3'))
    await expect.poll(() => stage.loads).toContain('m@3')
    await stage.deployment[Symbol.asyncDispose]()
    expect(stage.serving.size).toBe(0)
    gate.resolve()
    await expect.poll(() => stage.disposals('m@3')).toEqual([1])
    expect([stage.disposals('m@1'), stage.disposals('m@2')]).toEqual([[1], [1]])
  })
})
