import type { ScoredRecord } from '../api/contract/index.ts'
import type { RecordService } from '../api/services.ts'
import type { Log } from '../core/log.ts'
import { readAnswer } from './answer-reader.ts'
import { merge } from './merge.ts'
import type { StreamContext } from './stream-context.ts'

type ScoresOptions = Parameters<RecordService['scores']>[1]

const DEFAULT_LIMIT = 20

/**
 * The answers on a stream's output topic. Without `follow` the first or the last ones, as `from` says: of several partitions, in
 * the order of their timestamps. With it, those that are there and those that come, as they come.
 */
export async function* readScores(log: Log, stream: StreamContext, options: ScoresOptions): AsyncGenerator<ScoredRecord, void> {
  if (options.follow) yield* followScores(log, stream, options)
  else yield* await someScores(log, stream, options)
}

async function* followScores(log: Log, stream: StreamContext, options: ScoresOptions): AsyncGenerator<ScoredRecord, void> {
  const { from, limit = Infinity, signal } = options
  const ends = await endsOf(log, stream)
  const readers = ends.map(({ first, next }, partition) =>
    log.read({ topic: stream.output, partition, from: from === 'beginning' ? first : next, follow: true, signal }),
  )
  let left = limit
  for await (const batch of merge(readers)) {
    for (let i = 0; i < batch.count && left > 0; i++, left--) yield readAnswer(stream, batch, i)
    batch.release()
    if (left <= 0) return
  }
}

async function someScores(
  log: Log,
  stream: StreamContext,
  { from, limit = DEFAULT_LIMIT, signal }: ScoresOptions,
): Promise<ScoredRecord[]> {
  const isFromBeginning = from === 'beginning'
  let kept: ScoredRecord[] = []
  for (const [partition, { first, next }] of (await endsOf(log, stream)).entries()) {
    const back = next - BigInt(limit)
    const start = isFromBeginning || back < first ? first : back
    const found = await readSome(log, stream, { partition, start, limit, signal })
    const sorted = [...kept, ...found].toSorted((a, b) => a.at - b.at)
    kept = isFromBeginning ? sorted.slice(0, limit) : sorted.slice(-limit)
  }
  return kept
}

interface Part {
  readonly partition: number
  readonly start: bigint
  readonly limit: number
  readonly signal: AbortSignal
}

async function readSome(log: Log, stream: StreamContext, { partition, start, limit, signal }: Part): Promise<ScoredRecord[]> {
  const found: ScoredRecord[] = []
  for await (const batch of log.read({ topic: stream.output, partition, from: start, follow: false, signal })) {
    for (let i = 0; i < batch.count && found.length < limit; i++) found.push(readAnswer(stream, batch, i))
    batch.release()
    if (found.length === limit) break
  }
  return found
}

async function endsOf(log: Log, { output }: StreamContext): Promise<{ readonly first: bigint; readonly next: bigint }[]> {
  const partitions = await log.partitions(output)
  return Promise.all(Array.from({ length: partitions }, async (_, partition) => log.offsets({ topic: output, partition })))
}
