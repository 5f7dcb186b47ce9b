import { pathToFileURL } from 'node:url'
import type { Logger } from 'pino'
import type { NodeEvent } from '../api/contract/index.ts'
import type { ModelService } from '../api/services.ts'
import type { Config } from '../config/index.ts'
import type { Clock } from '../core/clock.ts'
import { asSluiceError, SluiceError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { modelId, type Runtime } from '../core/model.ts'
import type { ModelHolder } from '../engines/local/model-holder.ts'
import type { Wake } from '../engines/local/wake.ts'
import type { ModelDefinition } from '../models/function/define-model.ts'
import { createRuntimes } from '../models/index.ts'
import { Deployment, type DeploymentEvent } from '../registry/deployment.ts'
import type { ModelEntry } from '../registry/history.ts'
import { type AppliedRecord, RegistryFollower } from '../registry/follower.ts'
import { ModelLoader } from '../registry/model-loader.ts'
import { Registry } from '../registry/registry.ts'
import { TopicFollower, type TopicRecord } from '../registry/topic-follower.ts'
import { Journal } from '../services/journal.ts'
import { createModelService } from '../services/model-service.ts'
import type { StreamContext } from '../services/stream-context.ts'
import { createHeldModels } from './held-models.ts'
import { checkInputs } from './input-check.ts'
import { PolicyPlane } from './policy-plane.ts'
import { createServingTarget, type StreamsTarget } from './serving-target.ts'

export interface ModelPlaneOptions {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
  readonly logger: Logger
  readonly streams: readonly StreamContext[]
  readonly modelsChanged: Wake
  readonly definitions: readonly ModelDefinition[]
  /** The node whose thread this is tells of models, and publishes those in code. */
  readonly isWorker: boolean
}

/** The way of models through a node: from the models topic by the registry and the loader to the operators. */
export class ModelPlane {
  readonly registry: Registry
  readonly journal: Journal
  readonly service: ModelService
  readonly policies: PolicyPlane
  /** Where this node holds only the models of the partitions that it works on; undefined where it holds all. */
  readonly holder: ModelHolder | undefined
  readonly #options: ModelPlaneOptions
  readonly #runtimes: readonly Runtime[]
  readonly #follower: RegistryFollower
  readonly #deployment: Deployment
  readonly #target: StreamsTarget
  readonly #control: TopicFollower
  readonly #rewards: TopicFollower
  /** By data type: settles when the policy that was asked for last is in force. */
  readonly #changes = new Map<string, Promise<void>>()

  private constructor(options: ModelPlaneOptions) {
    const { config, clock, log, logger, streams, modelsChanged, definitions } = options
    const { topic, history, maxBytes, loadTimeoutMs, directory, allowedHosts, join } = config.models
    this.#options = options
    const keyed = join === 'keyed'
    this.registry = new Registry({ history, maxModelBytes: maxBytes, keyed })
    this.holder = keyed
      ? createHeldModels({ take: async (partition) => this.#take(partition), drop: async (partition) => this.#drop(partition) })
      : undefined
    this.journal = new Journal({
      log,
      clock,
      topic: config.topics.events,
      onLost: (event, err) => logger.error({ event, err }, 'an event could not be logged'),
    })
    this.#runtimes = createRuntimes({ definitions, loadTimeoutMs })
    this.#follower = new RegistryFollower({
      log,
      topic,
      registry: this.registry,
      onRecord: (result) => this.#applied(result),
      onFailure: (err) => logger.error({ err }, 'the models topic could not be read; trying again'),
    })
    const loader = new ModelLoader({
      runtimes: this.#runtimes,
      fetch: (entry, signal) => this.#follower.fetch(entry, { directory, allowedHosts, maxBytes, signal }),
      loadTimeoutMs,
      clock,
    })
    this.policies = new PolicyPlane(config)
    this.#target = createServingTarget(
      streams.map((stream) => stream.operator),
      {
        planOf: ({ options: { stream } }, dataType) => this.policies.plan(stream, dataType),
        changed: () => modelsChanged.fire(),
      },
    )
    this.#deployment = new Deployment({
      loader,
      target: this.#target,
      clock,
      onEvent: (event) => this.#deployed(event),
      slots: (dataType) => this.policies.slots(dataType),
    })
    this.#rewards = new TopicFollower({
      log,
      topic: config.topics.rewards,
      apply: (record) => this.policies.learn(record),
      onFailure: (err) => logger.error({ err }, 'the topic of rewards could not be read; trying again'),
    })
    this.#control = new TopicFollower({
      log,
      topic: config.topics.control,
      apply: (record) => this.#controlled(record),
      onFailure: (err) => logger.error({ err }, 'the control topic could not be read; trying again'),
    })
    this.service = createModelService({
      log,
      topic,
      clock,
      registry: this.registry,
      follower: this.#follower,
      deployment: this.#deployment,
      maxModelBytes: maxBytes,
      keyed,
      inspect: (entry) => this.#inspect(entry),
    })
  }

  /** Throws where the module of definitions can't be used. */
  static async create(options: ModelPlaneOptions): Promise<ModelPlane> {
    const { definitions: path } = options.config.models
    const more = path === null ? [] : await importDefinitions(path)
    return new ModelPlane({ ...options, definitions: [...options.definitions, ...more] })
  }

  /** Reads the models topic, loads what should serve, and publishes the models in code that the topic lacks. */
  async start(): Promise<void> {
    await this.#control.start()
    await this.#rewards.start()
    if (this.holder === undefined) await this.#follower.start()
    for (const history of this.registry.histories) void this.#deployment.reconcile(history)
    if (!this.#options.isWorker) for (const definition of this.#options.definitions) await this.#publish(definition)
    await this.#deployment.settled()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#control.stop()
    await this.#rewards.stop()
    await this.#follower.stop()
    await this.#deployment[Symbol.asyncDispose]()
    await this.journal.flush()
    for (const runtime of this.#runtimes) await runtime[Symbol.asyncDispose]?.()
  }

  /** Resolves when the models of a partition of the models topic serve. */
  async #take(partition: number): Promise<void> {
    await this.#follower.take(partition)
    const histories = [...this.registry.histories].filter((history) =>
      history.versions.some(({ source }) => source.partition === partition),
    )
    await Promise.all(histories.map(async (history) => this.#deployment.reconcile(history)))
  }

  async #drop(partition: number): Promise<void> {
    for (const dataType of await this.#follower.drop(partition)) await this.#deployment.drop(dataType)
  }

  async #publish(definition: ModelDefinition): Promise<void> {
    const { name, version, dataType, description, bytes } = definition
    // Once and for all: published again, it would take over from the versions that came after it.
    if (this.registry.knows(modelId(definition))) return
    // Not waited for: one that can't serve is reported as any other, and the node starts.
    await this.service.publish({ name, version, dataType, format: 'function', description, wait: 'false' }, bytes)
  }

  #applied({ change, error, replayed, offset }: AppliedRecord): void {
    if (change !== undefined) {
      const { entry, history, action } = change
      if (replayed) return
      if (action === 'publish') this.#note('model-published', entry.descriptor.dataType, entry.id, `${entry.id} was published`)
      if (action === 'rollback') this.#note('rollback', history.dataType, entry.id, `back to ${entry.id}`)
      if (action === 'retire') this.#note('model-retired', history.dataType, entry.id, `${entry.id} is retired`)
      void this.#deployment.reconcile(history)
    } else if (error !== undefined && !replayed) {
      this.#note('model-refused', null, null, `record ${offset} of the models topic: ${error.message}`, error.code)
    }
  }

  /** Throws what is wrong with the record; those who wait for it are told. */
  #controlled(record: TopicRecord): void {
    let dataType: string | undefined
    try {
      dataType = this.policies.apply(record)
    } catch (cause) {
      const error = asSluiceError(cause, 'policy.invalid', `the record at offset ${record.offset} of the control topic can't be used`)
      if (!record.replayed)
        this.#note('policy-refused', null, null, `record ${record.offset} of the control topic: ${error.message}`, error.code)
      throw error
    }
    if (!record.replayed && dataType !== undefined) void this.#change(dataType)
  }

  /** Brings what is asked for a data type into force when the models that it needs are loaded, as far as there are any. */
  async #change(dataType: string): Promise<void> {
    const { policies } = this
    policies.ask(dataType)
    const change = (this.#changes.get(dataType) ?? Promise.resolve()).then(async () => {
      const history = this.registry.history(dataType)
      if (history !== undefined) await this.#deployment.reconcile(history)
      policies.enforce(dataType)
      this.#target.apply(dataType)
      if (history !== undefined) await this.#deployment.reconcile(history)
      this.#note('policy', dataType, null, `the policy of ${dataType} is in force as it was asked for`)
    })
    this.#changes.set(dataType, change)
    return change
  }

  /** Resolves when the record of the control topic at an offset is in force. Rejects with why it can't be used. */
  async controlApplied(offset: bigint, dataType: string): Promise<void> {
    await this.#control.applied(offset)
    await this.#changes.get(dataType)
  }

  #deployed({ kind, dataType, entry, error }: DeploymentEvent): void {
    const id = entry?.id ?? null
    if (kind === 'model-serving') this.#note(kind, dataType, id, `${id} serves ${dataType}`)
    if (kind === 'model-withdrawn') this.#note('model-retired', dataType, id, `no model serves ${dataType}`)
    if (kind === 'model-refused') this.#note(kind, dataType, id, error!.message, error!.code)
    if (error !== undefined) this.#options.logger.warn({ dataType, model: id, err: error }, 'a model was refused')
    else this.#options.logger.info({ dataType, model: id }, kind)
  }

  /** Warns of a model that recent records can't feed. */
  async #inspect(entry: ModelEntry): Promise<string | undefined> {
    const { log, streams } = this.#options
    const warning = await checkInputs(log, streams, entry)
    if (warning !== undefined) this.#note('model-warning', entry.descriptor.dataType, entry.id, warning)
    return warning
  }

  #note(kind: string, dataType: string | null, model: string | null, message: string, code: string | null = null): void {
    if (!this.#options.isWorker) this.journal.note({ kind, dataType, model, message, code } satisfies Omit<NodeEvent, 'at'>)
  }
}

/** The definitions that a module exports, whatever it calls them. */
async function importDefinitions(path: string): Promise<ModelDefinition[]> {
  let module: Record<string, unknown>
  try {
    module = (await import(pathToFileURL(path).href)) as Record<string, unknown>
  } catch (cause) {
    throw new SluiceError('config.unreadable', `models.definitions ${path} can't be imported: ${(cause as Error).message}`, { cause })
  }
  const definitions = Object.values(module).flat().filter(isDefinition)
  if (definitions.length > 0) return definitions
  throw new SluiceError('config.invalid', `models.definitions ${path} exports nothing that defineModel made`)
}

function isDefinition(value: unknown): value is ModelDefinition {
  return typeof value === 'object' && value !== null && 'createModel' in value && 'bytes' in value
}
