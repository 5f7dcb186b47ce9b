import type { Logger } from 'pino'
import { createJsonCodec } from '../codecs/index.ts'
import { type Config, readPolicy } from '../config/index.ts'
import type { Clock } from '../core/clock.ts'
import type { DataTypeReader } from '../core/codec.ts'
import { constantDataType, headerDataType, keyDataType, topicDataType } from '../core/data-type-readers.ts'
import { Dictionary } from '../core/dictionary.ts'
import { asSluiceError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { systemTimers } from '../core/timers.ts'
import { checkPolicy } from '../policies/spec/check-policy.ts'
import type { FailureTopic } from '../rendezvous/options.ts'
import { RendezvousServer } from '../rendezvous/server.ts'
import type { Journal } from '../services/journal.ts'

type RendezvousConfig = Config['rendezvous'][number]

export interface CreateRendezvousOptions {
  readonly config: Config
  readonly log: Log
  readonly clock: Clock
  readonly logger: Logger
  readonly journal: Journal
}

/** Starts the server of a configured rendezvous. Throws `policy.invalid` and `log.topic.conflict`. */
export async function createRendezvous(rendezvous: RendezvousConfig, options: CreateRendezvousOptions): Promise<RendezvousServer> {
  const { config, log, clock, logger, journal } = options
  const { name, input, results, decisions, changelog, control, scores, policies, id, budget, commit, limits } = rendezvous
  for (const policy of Object.values(policies)) checkPolicy(policy)
  await log.ensureTopics([{ topic: input, partitions: rendezvous.partitions, cleanup: 'delete' }])
  const dictionary = new Dictionary()
  const note = (code: string, message: string): void => journal.note({ kind: 'engine', dataType: null, model: null, message, code })
  return RendezvousServer.start({
    name,
    group: `${config.group}-rendezvous-${name}`,
    log,
    clock,
    setTimer: (delayMs, callback) => systemTimers.after(delayMs, callback),
    topics: { input, results, decisions, changelog, control },
    scores: scores.map(({ topic, model, value, confidence }) => ({ topic, model, value, confidence })),
    failures: failuresOf(scores),
    idHeader: id?.header,
    budgetHeader: budget.header,
    budgetFrom: budget.from,
    budgetTo: budget.to,
    dataTypes: { reader: readerOf(rendezvous.dataType, dictionary), dictionary },
    policies,
    readPolicy,
    guarantee: config.log.kind === 'kafka' ? commit.guarantee : 'exactly-once',
    commitIntervalMs: commit.intervalMs,
    maxOpen: limits.open,
    maxHeld: limits.held,
    holdMs: limits.holdMs,
    rememberMs: limits.rememberMs,
    observer: {
      assigned: (partitions) =>
        logger.info({ rendezvous: name, partitions: partitions.map(({ partition }) => partition) }, 'partitions assigned'),
      released: (partitions) =>
        logger.info({ rendezvous: name, partitions: partitions.map(({ partition }) => partition) }, 'partitions released'),
      ignored(error) {
        note(error.code, error.message)
        logger.warn({ rendezvous: name, err: error }, 'a control message is left out')
      },
      failed(cause, retryInMs) {
        const error = asSluiceError(cause, 'internal', `rendezvous '${name}' failed`)
        note(error.code, error.message)
        logger.error({ rendezvous: name, err: cause, retryInMs }, 'the rendezvous starts again from the log')
      },
    },
  })
}

/** The topics of dead letters, each once, and whose letters are in them. */
function failuresOf(scores: RendezvousConfig['scores']): FailureTopic[] {
  const topics = Map.groupBy(
    scores.flatMap(({ deadLetters, stream = '', model }) => (deadLetters === undefined ? [] : [{ deadLetters, stream, model }])),
    ({ deadLetters }) => deadLetters,
  )
  return [...topics].map(([topic, all]) => ({
    topic,
    models: new Map(all.flatMap(({ stream, model }) => (model === undefined ? [] : [[stream, model] as const]))),
  }))
}

function readerOf(dataType: RendezvousConfig['dataType'], dictionary: Dictionary): DataTypeReader {
  if (dataType === 'key') return keyDataType(dictionary)
  if (dataType === 'topic') return topicDataType(dictionary)
  if ('field' in dataType) return createJsonCodec({}).dataTypeReader(dataType.field, dictionary)
  return 'header' in dataType ? headerDataType(dataType.header, dictionary) : constantDataType(dataType.constant, dictionary)
}
