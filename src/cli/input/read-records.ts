import type { Input } from './open-input.ts'
import type { RecordSplitter } from './record-splitter.ts'

/** Records that are sent together. */
export interface RecordGroup {
  readonly records: number
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** How far into the input, in bytes of it as it stands on disk, the last of them reaches; between chunks it is estimated. */
  readonly position: number
}

export interface GroupLimits {
  readonly maxRecords: number
  readonly maxBytes: number
}

/** The records of an input in groups, in order. A record that is larger than `maxBytes` comes alone. */
export async function* readRecords(input: Input, splitter: RecordSplitter, limits: GroupLimits): AsyncGenerator<RecordGroup> {
  const separator = Buffer.from(splitter.separator)
  let group: Uint8Array[] = []
  let bytes = 0
  let records = 0
  let reached = 0

  function flush(): RecordGroup {
    const full = { records, type: splitter.contentType, bytes: Buffer.concat(group), position: reached }
    group = []
    bytes = 0
    records = 0
    return full
  }

  function* add(found: readonly Uint8Array[]): Generator<RecordGroup> {
    const from = reached
    const share = (input.position - from) / found.length
    for (const [i, record] of found.entries()) {
      if (records > 0 && bytes + record.length > limits.maxBytes) yield flush()
      group.push(record, separator)
      bytes += record.length + separator.length
      records++
      reached = from + share * (i + 1)
      if (records >= limits.maxRecords) yield flush()
    }
  }

  for await (const chunk of input.chunks) yield* add(splitter.push(chunk))
  yield* add(splitter.end())
  if (records > 0) yield flush()
}
