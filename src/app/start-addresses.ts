import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { Archive, createLineDestination, createLineFile, type LineSink } from '../archives/index.ts'
import type { Config, StreamConfig } from '../config/index.ts'
import { type Batch, valueOf } from '../core/batch.ts'
import type { Clock } from '../core/clock.ts'
import { asSluiceError, type SluiceError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { feed } from '../services/feed.ts'
import type { Journal } from '../services/journal.ts'
import { jsonValue } from '../services/json-value.ts'
import type { StreamContext } from '../services/stream-context.ts'
import { fileSources, pipeSource } from './file-sources.ts'

export interface AddressesOptions {
  readonly config: Config
  readonly log: Log
  readonly logger: Logger
  readonly journal: Journal
  readonly clock: Clock
  readonly streams: readonly StreamContext[]
}

export interface Stoppable {
  stop(): Promise<void>
}

const FIRST_RETRY_MS = 1000
const LAST_RETRY_MS = 30_000
const encoder = new TextEncoder()

/** Begins to fill the topics of streams that begin in files or another program, and to empty those of streams that end there. */
export function startAddresses(options: AddressesOptions): readonly Stoppable[] {
  return options.config.streams.flatMap((stream) => {
    const context = options.streams.find(({ name }) => name === stream.name)!
    return [
      ...(stream.source === undefined ? [] : [startFeed(stream, context, options)]),
      ...(stream.sink === undefined ? [] : [startDrain(stream, context, options)]),
    ]
  })
}

function startFeed({ source, name, input }: StreamConfig, { codec }: StreamContext, options: AddressesOptions): Stoppable {
  const { log, logger, clock } = options
  const abort = new AbortController()
  const { signal } = abort
  const run = async (): Promise<void> => {
    for (let retryMs = FIRST_RETRY_MS; !signal.aborted; retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)) {
      try {
        const sources = source!.kind === 'file' ? fileSources(source!.path) : pipeSource()
        await feed(sources, { log, topic: input, codec, now: () => Math.trunc(clock.now()), signal })
        logger.info({ stream: name }, 'all input is on the log')
        return
      } catch (cause) {
        if (signal.aborted) return
        note(options, asSluiceError(cause, 'internal', `stream '${name}' could not read its input`))
        logger.error({ stream: name, err: cause }, 'the input could not be read to its end')
        // What another program wrote can't be read again.
        if (source!.kind === 'pipe') return
        await pause(retryMs, undefined, { signal, ref: false }).catch(() => {})
      }
    }
  }
  const running = run()
  return {
    async stop() {
      abort.abort()
      // Nobody knows when the other program writes again.
      if (source!.kind === 'pipe') process.stdin.destroy()
      else await running
    },
  }
}

function startDrain(stream: StreamConfig, context: StreamContext, options: AddressesOptions): Stoppable {
  const { config, log, logger } = options
  const { name, output, sink } = stream
  const target = sink!.kind === 'file' ? createLineFile({ path: sink!.path, topic: output }) : standardOutput
  return new Archive({
    name,
    log,
    // As of no archive, whose names are not empty.
    group: `${config.group}-${name}//out`,
    input: output,
    destination: createLineDestination({
      name: sink!.kind === 'file' ? `'${sink!.path}'` : 'the standard output',
      sink: target,
      lineOf: (batch, i) => lineOf(context, batch, i),
    }),
    onFailure(cause, retryInMs) {
      note(options, asSluiceError(cause, 'internal', `stream '${name}' could not write its answers`))
      logger.error({ stream: name, err: cause, retryInMs }, 'the answers could not be written')
    },
    onGap: (error) => note(options, error),
  })
}

function note({ journal }: AddressesOptions, error: SluiceError): void {
  journal.note({ kind: 'address', dataType: null, model: null, message: error.message, code: error.code })
}

/** An answer as one line of JSON: as it stands where it is one, to the last digit. */
function lineOf({ codec }: StreamContext, batch: Batch, i: number): Uint8Array {
  const value = valueOf(batch, i)
  if (value === undefined) return encoder.encode('null')
  if (codec.name === 'json' && !value.includes(0x0a) && !value.includes(0x0d)) return value
  return encoder.encode(JSON.stringify(jsonValue(codec.decode(value))))
}

const standardOutput: LineSink = {
  reached: async () => undefined,
  async write(lines) {
    if (lines.length > 0 && !process.stdout.write(lines)) await once(process.stdout, 'drain')
  },
}
