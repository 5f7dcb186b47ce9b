import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { type Logger, pino } from 'pino'
import type { PolicyInForce, ScoredRecord } from '../api/contract/index.ts'
import type { Services } from '../api/services.ts'
import { createServer } from '../api/server.ts'
import { type Config, logText } from '../config/index.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { asSluiceError, SluiceError } from '../core/errors.ts'
import type { Log, TopicSpec } from '../core/log.ts'
import { systemTimers } from '../core/timers.ts'
import { createSnapshotFiles } from '../engines/local/snapshot-files.ts'
import { StreamEngine } from '../engines/local/stream-engine.ts'
import { Wake } from '../engines/local/wake.ts'
import type { RendezvousServer } from '../rendezvous/server.ts'
import type { ModelDefinition } from '../models/function/define-model.ts'
import { ChangelogStates } from '../services/changelog-states.ts'
import { ChangelogStatistics, wholeGroup } from '../services/changelog-statistics.ts'
import { createLiveService } from '../services/live-service.ts'
import { createRecordService } from '../services/record-service.ts'
import { createStateService, mergeByModel } from '../services/state-service.ts'
import type { StreamContext } from '../services/stream-context.ts'
import { type MonitorView, StreamMonitor } from '../services/stream-monitor.ts'
import { createRendezvous } from './create-rendezvous.ts'
import { createStream } from './create-stream.ts'
import { createObserver } from './engine-observer.ts'
import { ModelPlane } from './model-plane.ts'
import { createPolicyService } from './policy-service.ts'
import { openLog } from './open-log.ts'
import { policiesInForce } from './policies-in-force.ts'
import { rendezvousLive, rendezvousStatistics } from './rendezvous-views.ts'
import { startAddresses } from './start-addresses.ts'
import { startArchives } from './start-archives.ts'
import { watchSpeculations } from './watch-speculations.ts'
import { WorkerPool } from './workers/worker-pool.ts'
import { openRegistry } from './open-registry.ts'

export interface NodeOptions {
  readonly config: Config
  /** Models in code, beside those of `config.models.definitions`. They are published if the models topic does not have them yet. */
  readonly definitions?: readonly ModelDefinition[]
  /** A log that is open already, instead of the configured one. The node does not close it. */
  readonly log?: Log
  readonly clock?: Clock
  readonly logger?: Logger
  /** Whether to answer HTTP; yes where absent. */
  readonly http?: boolean
  /** Whether it is a thread of another node, which then tells of models and changes them. */
  readonly isWorker?: boolean
  /** Adds the live page to the server. */
  readonly page?: (app: FastifyInstance) => void
}

/** The version of this package. */
export const VERSION = (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version

/**
 * A node: everything wired together. It is ready when `start` resolves: the models topic has been read, the models that should
 * serve are loaded, and the streams are being answered (on Kafka as soon as the group has given it partitions; `live.ready` tells).
 */
export class SluiceNode {
  readonly services: Services
  /** Where it answers HTTP, or undefined. */
  readonly url: string | undefined
  /** Resolves when it, or each of its workers, has been given partitions for the first time. */
  readonly assigned: Promise<unknown>
  readonly #monitors: Monitored
  readonly #stack: AsyncDisposableStack

  private constructor({ services, url, assigned, monitors, stack }: NodeParts) {
    this.services = services
    this.url = url
    this.assigned = assigned
    this.#monitors = monitors
    this.#stack = stack
  }

  /** Throws what keeps the node from starting; everything that was begun is then released. */
  static async start(options: NodeOptions): Promise<SluiceNode> {
    await using stack = new AsyncDisposableStack()
    const { config, clock = systemClock, logger = pino({ level: 'silent' }), isWorker = false } = options
    checkWorkers(options)
    const log = options.log ?? stack.use(await openLog(config))
    await log.ensureTopics(topicsOf(config))
    const registry = await openRegistry(config.schemas)
    const partitions = await Promise.all(config.streams.map(async (stream) => log.partitions(stream.input)))
    await log.ensureTopics(stateTopics(config, Math.max(1, ...partitions)))
    await checkJoin(config, log, partitions)
    const limits = async (topic: string): Promise<number> => log.maxAppendBytes(topic)
    const streams = await Promise.all(
      config.streams.map(async (stream, i) => createStream(stream, { config, clock, registry, partitions: partitions[i]!, limits })),
    )
    const monitors = streams.map((context) => ({ context, monitor: stack.use(new StreamMonitor(context, clock)) }))
    const modelsChanged = new Wake()
    const models = stack.use(
      await ModelPlane.create({ config, clock, log, logger, streams, modelsChanged, definitions: options.definitions ?? [], isWorker }),
    )

    // Other logs belong to one process, which then works on everything.
    const changelog = config.log.kind === 'kafka' ? new ChangelogStatistics(log, config.topics.statistics) : undefined
    const states = new ChangelogStates(log, config.topics.modelState)
    let ready = false
    let servers: RendezvousServer[] = []
    const live = stack.use(
      createLiveService({
        clock,
        log,
        logKind: config.log.kind,
        version: VERSION,
        registry: models.registry,
        journal: models.journal,
        streams: monitors,
        rendezvous: () => servers.map(rendezvousLive),
        ready: () => ready,
      }),
    )
    const services: Services = {
      models: models.service,
      records: createRecordService({ log, clock, streams }),
      state: createStateService(
        models.registry,
        async () =>
          wholeGroup(
            monitors.flatMap(({ monitor }) => [...monitor.placed()]),
            changelog,
          ),
        {
          states: async (dataType, model, key) => states.of(dataType, model, key),
          policies: (dataType, versions) => policiesInForce(streams, models.policies, { dataType, versions }),
          rendezvous: () => servers.flatMap(rendezvousStatistics),
        },
      ),
      live,
      policies: createPolicyService({
        log,
        topic: config.topics.control,
        clock,
        streams,
        models,
        versions: (dataType) =>
          mergeByModel(
            monitors.flatMap(({ monitor }) => [...monitor.statistics()]),
            dataType,
          ),
      }),
    }
    const url = options.http === false ? undefined : await listen(services, options, stack)
    await models.start()
    const observer = createObserver(monitors, models.journal, logger)
    servers = isWorker
      ? []
      : await Promise.all(
          config.rendezvous.map(async (each) => createRendezvous(each, { config, log, clock, logger, journal: models.journal })),
        )
    for (const server of servers) stack.defer(async () => server.stop())
    const engines = (config.workers > 1 ? startWorkers : startEngines)({
      config,
      log,
      logger,
      streams,
      monitors,
      models,
      modelsChanged,
      observer,
      stack,
    })
    const assigned = Promise.all([engines, ...servers.map(async (server) => server.assigned)])
    assigned.then(
      () => {
        ready = true
        logger.info({ log: logText(config.log), url }, 'ready')
      },
      () => {},
    )
    // Threads of the node leave them to it.
    if (!isWorker) {
      const { journal } = models
      const policies = () => policiesHere(streams, monitors, models)
      stack.use(watchSpeculations({ journal, timers: systemTimers, policies }))
      const others = [
        ...startArchives({ config, log, logger, journal }),
        ...startAddresses({ config, log, logger, journal, clock, streams }),
      ]
      for (const other of others) stack.defer(() => other.stop())
    }
    // A broker may let a new member wait for one that is gone: the node is up, and says by itself when it is ready.
    if (config.log.kind !== 'kafka') await assigned
    return new SluiceNode({ services, url, assigned, monitors, stack: stack.move() })
  }

  /** Appends records to a stream's input; they are encoded as the stream's records are. Resolves when they are on the log. */
  async send(stream: string, records: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    if (records.length === 0) return
    const body = new TextEncoder().encode(records.map((record) => JSON.stringify(record)).join('\n'))
    await this.services.records.append(stream, body, { format: 'ndjson' })
  }

  /** The answers of a stream from its first, as they come, until the signal aborts or there were `limit` of them. */
  answers(stream: string, options: AnswersOptions = {}): AsyncIterable<ScoredRecord> {
    const { limit, signal = new AbortController().signal } = options
    return this.services.records.scores(stream, { follow: true, from: 'beginning', signal, ...(limit !== undefined && { limit }) })
  }

  /** What each stream's monitor saw in this thread. */
  view(): Record<string, MonitorView> {
    return Object.fromEntries(this.#monitors.map(({ context, monitor }) => [context.name, monitor.view()]))
  }

  /** Commits what is in work, and releases everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

export interface AnswersOptions {
  readonly limit?: number
  readonly signal?: AbortSignal
}

/** The policies that speculate, with what this node measured, by data type. */
function* policiesHere(streams: readonly StreamContext[], monitors: Monitored, models: ModelPlane): Iterable<[string, PolicyInForce[]]> {
  for (const { dataType } of models.registry.histories) {
    const speculates = streams.some(({ name }) =>
      JSON.stringify(models.policies.asked(name, dataType)?.spec ?? null).includes('"speculative"'),
    )
    if (!speculates) continue
    const versions = mergeByModel(
      monitors.flatMap(({ monitor }) => [...monitor.statistics()]),
      dataType,
    )
    yield [dataType, policiesInForce(streams, models.policies, { dataType, versions })]
  }
}

type Monitored = readonly { readonly context: StreamContext; readonly monitor: StreamMonitor }[]

interface NodeParts {
  readonly services: Services
  readonly url: string | undefined
  readonly assigned: Promise<unknown>
  readonly monitors: Monitored
  readonly stack: AsyncDisposableStack
}

interface EngineParts {
  readonly config: Config
  readonly log: Log
  readonly logger: Logger
  readonly streams: readonly StreamContext[]
  readonly monitors: Monitored
  readonly models: ModelPlane
  readonly modelsChanged: Wake
  readonly observer: ReturnType<typeof createObserver>
  readonly stack: AsyncDisposableStack
}

/** Answers the streams in this thread. Resolves when partitions were assigned for the first time. */
async function startEngines(parts: EngineParts): Promise<unknown> {
  const engines = parts.streams.map((stream) => startEngine(stream, parts))
  for (const engine of engines) parts.stack.defer(() => engine.stop())
  return Promise.all(engines.map((engine) => engine.assigned))
}

/** Answers the streams in threads of their own. */
async function startWorkers({ config, logger, monitors, stack }: EngineParts): Promise<unknown> {
  const pool = new WorkerPool({
    config,
    logger,
    onView: (worker, views) => {
      for (const { context, monitor } of monitors) monitor.absorb(worker, views?.[context.name])
    },
  })
  stack.defer(() => pool.stop())
  return pool.ready
}

function startEngine(stream: StreamContext, { config, log, models, modelsChanged, observer }: EngineParts): StreamEngine {
  const { name, input, output, operator } = stream
  const { batch, commit, decisions } = config.streams.find((candidate) => candidate.name === name)!
  return new StreamEngine({
    stream: name,
    input,
    output,
    decisions,
    topics: config.topics,
    group: config.group,
    log,
    operator,
    observer,
    modelsChanged,
    ...(models.holder && { models: models.holder }),
    ...(config.state.directory !== null && { snapshots: createSnapshotFiles(config.state.directory, `${config.group}-${name}`) }),
    maxBatchBytes: batch.maxBytes,
    guarantee: commit.guarantee,
    commitIntervalMs: commit.intervalMs,
  })
}

function topicsOf(config: Config): TopicSpec[] {
  return config.streams.map((stream) => ({ topic: stream.input, partitions: stream.partitions, cleanup: 'delete' }))
}

/** Topics whose partitions go with those of the inputs, and those of the node. */
function stateTopics(config: Config, partitions: number): TopicSpec[] {
  const { deadLetters, swaps, statistics, modelState, events } = config.topics
  return [
    ...config.streams.map((stream): TopicSpec => ({ topic: stream.output, partitions, cleanup: 'delete' })),
    { topic: deadLetters, partitions, cleanup: 'delete' },
    { topic: swaps, partitions, cleanup: 'delete' },
    { topic: statistics, partitions, cleanup: 'compact' },
    { topic: modelState, partitions, cleanup: 'compact' },
    { topic: events, partitions: 1, cleanup: 'delete' },
    { topic: config.topics.control, partitions: 1, cleanup: 'compact' },
    { topic: config.topics.rewards, partitions: 1, cleanup: 'delete' },
    ...[...new Set(config.streams.flatMap((stream) => stream.decisions ?? []))].map((topic): TopicSpec => {
      return { topic, partitions, cleanup: 'delete' }
    }),
    { topic: config.models.topic, partitions: config.models.join === 'keyed' ? partitions : 1, cleanup: 'delete' },
  ]
}

async function listen(services: Services, options: NodeOptions, stack: AsyncDisposableStack): Promise<string> {
  const { host, port, maxBodyBytes, allowedHosts } = options.config.http
  const maxModelBytes = options.config.models.maxBytes
  const page = options.page && { page: options.page }
  const app = createServer({ services, host, allowedHosts, maxBodyBytes, maxModelBytes, version: VERSION, ...page })
  stack.defer(() => app.close())
  try {
    return await app.listen({ host, port })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE')
      throw asSluiceError(cause, 'config.invalid', `http.host ${host} and http.port ${port} can't be listened on`)
    throw new SluiceError('config.invalid', `http.port ${port} is taken by another process; choose another, or 0 for any that is free`, {
      cause,
    })
  }
}

/** Throws `config.invalid` where threads, or the members of a group, can't share the work as they are asked to. */
function checkWorkers({ config, definitions = [] }: NodeOptions): void {
  const { workers, log, models } = config
  if (models.join === 'keyed' && (definitions.length > 0 || models.definitions !== null))
    throw new SluiceError(
      'config.invalid',
      'models.join is keyed, but must be partitioned where models are given in code: no node would hold them all',
    )
  if (workers === 1) return
  const why =
    log.kind === 'kafka'
      ? 'models given in code live in one thread; name their module in models.definitions'
      : `the log ${logText(log)} belongs to one thread; Kafka's is shared`
  if (log.kind !== 'kafka' || definitions.length > 0)
    throw new SluiceError('config.invalid', `workers is ${workers}, but must be 1: ${why}`)
}

/** Throws `log.topic.conflict` where a keyed join has no models topic with the partitions of its inputs. */
async function checkJoin({ models, streams }: Config, log: Log, partitions: readonly number[]): Promise<void> {
  if (models.join !== 'keyed') return
  const count = await log.partitions(models.topic)
  const at = partitions.findIndex((each) => each !== count)
  if (at < 0) return
  const message = `models.join is keyed, so topic '${models.topic}' must have as many partitions as '${streams[at]!.input}': ${partitions[at]}, not ${count}`
  throw new SluiceError('log.topic.conflict', message, { details: { topic: models.topic, partitions: count, wanted: partitions[at]! } })
}
