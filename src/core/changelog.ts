import type { Append, TopicPartition } from './log.ts'
import { encodeRecords, type RecordParts } from './record-batch-writer.ts'

/** What is known from now on under a key of a compacted topic. */
export interface ChangelogRecord extends TopicPartition {
  /** In ms since the epoch. */
  readonly timestamp: number
  readonly key: string
  /** undefined takes the key off. */
  readonly value: string | undefined
}

/** How long a record batch gets before the next is begun. A record may itself be as long as a record batch may get. */
const TOGETHER = 16 * 1024

const encoder = new TextEncoder()

interface Pending extends TopicPartition {
  /** In the order in which they came. */
  readonly byKey: Map<string, ChangelogRecord>
}

/** Gathers records until they are appended: of each key the last one only. */
export class Changelog {
  readonly #pending = new Map<string, Pending>()

  get isEmpty(): boolean {
    return this.#pending.size === 0
  }

  add(records: readonly ChangelogRecord[]): void {
    for (const record of records) {
      const { topic, partition, key } = record
      const place = `${topic}-${partition}`
      let pending = this.#pending.get(place)
      if (pending === undefined) this.#pending.set(place, (pending = { topic, partition, byKey: new Map() }))
      pending.byKey.delete(key)
      pending.byKey.set(key, record)
    }
  }

  /** All that was gathered as record batches, which the log may write into. */
  take(): Append[] {
    const appends = [...this.#pending.values()].flatMap((pending) => [...appendsOf(pending)])
    this.#pending.clear()
    return appends
  }
}

/** What such records become where those of several commits are not gathered. */
export function changelogAppends(records: readonly ChangelogRecord[] = []): Append[] {
  if (records.length === 0) return []
  const changelog = new Changelog()
  changelog.add(records)
  return changelog.take()
}

function* appendsOf({ topic, partition, byKey }: Pending): Iterable<Append> {
  let records: RecordParts[] = []
  let bytes = 0
  for (const { timestamp, key, value } of byKey.values()) {
    const record = { timestamp, key: encoder.encode(key), value: value === undefined ? undefined : encoder.encode(value) }
    const length = record.key.length + (record.value?.length ?? 0)
    if (records.length > 0 && bytes + length > TOGETHER) {
      yield { topic, partition, recordBatch: encodeRecords(records) }
      records = []
      bytes = 0
    }
    records.push(record)
    bytes += length
  }
  if (records.length > 0) yield { topic, partition, recordBatch: encodeRecords(records) }
}
