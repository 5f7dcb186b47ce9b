import { resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { SluiceNode } from '../../src/app/node.ts'
import { type Config, loadConfig } from '../../src/config/index.ts'
import { eventually } from '../eventually.ts'
import { ApiClient } from './api-client.ts'
import type { World } from './world.ts'

export const DESCRIPTOR_SET = resolve(import.meta.dirname, '../../examples/wine.binpb')

export interface SystemStream {
  readonly name: string
  readonly format: 'protobuf' | 'json'
  readonly partitions: number
}

/** The tutorial's stream of protobuf records, and the same records as JSON. */
export const WINE_STREAMS: readonly SystemStream[] = [
  { name: 'wine-pb', format: 'protobuf', partitions: 3 },
  { name: 'wine-json', format: 'json', partitions: 2 },
]

export interface SystemOptions {
  readonly streams?: readonly SystemStream[]
  /** For every stream, beside what the test must know. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly models?: Readonly<Record<string, unknown>>
  readonly page?: (app: FastifyInstance) => void
}

/** The whole system on a world's log, that can be stopped and started again; and how much was sent to it. */
export class System implements AsyncDisposable {
  readonly world: World
  readonly streams: readonly SystemStream[]
  /** Records sent so far, by stream and partition. */
  readonly sent = new Map<string, number[]>()
  readonly #config: Config
  readonly #page: ((app: FastifyInstance) => void) | undefined
  #node: SluiceNode | undefined

  private constructor(world: World, options: SystemOptions) {
    this.world = world
    this.streams = options.streams ?? WINE_STREAMS
    this.#config = systemConfig(world, this.streams, options)
    this.#page = options.page
    for (const { name, partitions } of this.streams)
      this.sent.set(
        name,
        Array.from({ length: partitions }, () => 0),
      )
  }

  static async start(world: World, options: SystemOptions = {}): Promise<System> {
    const system = new System(world, options)
    await system.start()
    return system
  }

  get api(): ApiClient {
    return new ApiClient(this.#node!.url!)
  }

  get topics(): Config['topics'] {
    return this.#config.topics
  }

  topicsOf(stream: string): { readonly input: string; readonly output: string } {
    return this.#config.streams.find(({ name }) => name === stream)!
  }

  async start(): Promise<void> {
    const { open } = this.world
    this.#node = await SluiceNode.start({ config: this.#config, ...(open && { log: open }), ...(this.#page && { page: this.#page }) })
  }

  async stop(): Promise<void> {
    const node = this.#node
    this.#node = undefined
    await node?.[Symbol.asyncDispose]()
  }

  async send(stream: string, partition: number, values: readonly (Uint8Array | null)[]): Promise<void> {
    const { format } = this.streams.find(({ name }) => name === stream)!
    await this.world.produce({ stream, topic: this.topicsOf(stream).input, partition, values, format }, this.api)
    this.sent.get(stream)![partition]! += values.length
  }

  /** Publishes a descriptor, and waits until the version serves. */
  async publishServing(descriptor: Uint8Array, id: string): Promise<void> {
    await this.world.publish(descriptor, this.api)
    await this.serving(id)
  }

  async serving(id: string, dataType = 'wine'): Promise<void> {
    await eventually(`${id} serves`, async () => (await this.api.models(dataType)).serving === id)
  }

  /** Waits until a version is refused with this code. */
  async refused(id: string, code: string, dataType = 'wine'): Promise<void> {
    const found = await eventually(`${id} is refused`, async () => {
      const { versions } = await this.api.models(dataType)
      return versions.find((version) => version.id === id && version.status === 'refused')
    })
    if (found.reason?.code !== code) throw new Error(`${id} was refused with ${found.reason?.code}, not ${code}: ${found.reason?.message}`)
  }

  /** Waits until records of every stream wait for a model. */
  async held(dataType: string): Promise<void> {
    await eventually('all streams hold records', async () => (await this.api.live()).streams.every((stream) => stream.held === dataType))
  }

  /** How many records have been answered or rejected since the beginning. */
  async answeredSoFar(): Promise<number> {
    const { streams } = await this.api.live()
    return streams.reduce((sum, { scored, rejected }) => sum + scored + rejected, 0)
  }

  /** Waits until every record that was sent has been answered or rejected. */
  async answered(): Promise<void> {
    const sent = [...this.sent.values()].flat().reduce((sum, count) => sum + count, 0)
    await eventually(`${sent} records are answered`, async () => {
      const { streams } = await this.api.live()
      const done = streams.reduce((sum, { scored, rejected }) => sum + scored + rejected, 0)
      if (done > sent) throw new Error(`${done} of ${sent} records were answered`)
      return done === sent && streams.every(({ backlog }) => backlog === 0)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await this.world[Symbol.asyncDispose]()
  }
}

function systemConfig(world: World, streams: readonly SystemStream[], { settings, models }: SystemOptions): Config {
  const { prefix } = world
  const all = {
    log: world.log,
    group: `${prefix}group`,
    http: { port: 0 },
    logging: { level: 'silent' },
    models: { topic: `${prefix}models`, ...models },
    topics: {
      deadLetters: `${prefix}dead-letters`,
      events: `${prefix}events`,
      swaps: `${prefix}swaps`,
      statistics: `${prefix}statistics`,
      modelState: `${prefix}model-state`,
    },
    streams: streams.map(({ name, format, partitions }) => ({
      name,
      partitions,
      input: `${prefix}${name}`,
      output: `${prefix}${name}-scores`,
      format: format === 'json' ? 'json' : { protobuf: { descriptorSet: DESCRIPTOR_SET, message: 'sluice.examples.WineRecord' } },
      dataTypes: ['wine'],
      ...settings,
    })),
  }
  const flags = Object.entries(all).flatMap(([key, value]) => {
    if (typeof value === 'string') return [{ flag: 'test', key, value }]
    if (Array.isArray(value)) return [{ flag: 'test', key, value: JSON.stringify(value) }]
    return Object.entries(value).map(([inner, one]) => ({ flag: 'test', key: `${key}.${inner}`, value: String(one) }))
  })
  return loadConfig({ env: {}, flags, cwd: resolve(import.meta.dirname) })
}
