import { once } from 'node:events'
import type { InputRecord, ScoreCounts, ScoreRun } from '../cli/score-run.ts'
import { type Batch, valueOf } from '../core/batch.ts'
import { systemClock } from '../core/clock.ts'
import { type ErrorCode, SluiceError } from '../core/errors.ts'
import { headerText } from '../core/headers.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'
import { createPipedLog, type PipedLog } from '../logs/piped/piped-log.ts'
import { createLogger } from './logger.ts'
import { SluiceNode } from './node.ts'

/**
 * Runs a node whose only stream is a pipe, until all records of the input are answered. Rejects with why the model can't serve, why the
 * input could not be read to its end (what was before is then answered), or why answers could not be written.
 */
export async function score(run: ScoreRun): Promise<ScoreCounts> {
  const { config, signal } = run
  const [stream] = config.streams
  const { input, output } = stream!
  const counts = { scored: 0, rejected: 0 }
  const ready = Promise.withResolvers<void>()
  const sinks = {
    async [output](batch: Batch): Promise<void> {
      await run.answers(Array.from({ length: batch.count }, (_, i) => valueOf(batch, i)!))
      counts.scored += batch.count
    },
    async [config.topics.deadLetters](batch: Batch): Promise<void> {
      await run.rejected(Array.from({ length: batch.count }, (_, i) => rejectedInput(log, batch, i)))
      counts.rejected += batch.count
    },
  }
  await using base = createMemoryLog()
  const source = after(ready.promise, run.input)
  const log = createPipedLog({ base, input, source, sinks, now: () => Math.trunc(systemClock.now()) })
  await using node = await SluiceNode.start({ config, log, http: false, logger: createLogger(config.logging) })
  await publish(node, run)
  ready.resolve()
  await Promise.race([log.drained, once(signal, 'abort')])
  return counts
}

/** The records, but none before the promise is settled: a model is to be there for the first of them. */
async function* after(ready: Promise<void>, records: AsyncIterable<readonly InputRecord[]>): AsyncGenerator<readonly InputRecord[]> {
  await ready
  yield* records
}

async function publish(node: SluiceNode, { config, model }: ScoreRun): Promise<void> {
  const [stream] = config.streams
  const dataType = (stream!.dataType as { readonly constant: string }).constant
  const { name, version, format, inputs, bytes } = model
  const query = { name, version, dataType, format, inputs: JSON.stringify(inputs), wait: 'true' } as const
  const { status, reason } = await node.services.models.publish(query, bytes)
  if (status === 'serving') return
  throw new SluiceError((reason?.code ?? 'internal') as ErrorCode, reason?.message ?? `${name}@${version} is ${status}`)
}

function rejectedInput(log: PipedLog, batch: Batch, i: number) {
  const offset = BigInt(headerText(batch, i, 'sluice_offset') ?? '0')
  return {
    place: log.placeOf(offset) ?? Number(offset) + 1,
    code: headerText(batch, i, 'sluice_error') ?? '',
    message: headerText(batch, i, 'sluice_reason') ?? '',
    value: valueOf(batch, i) ?? new Uint8Array(0),
  }
}
