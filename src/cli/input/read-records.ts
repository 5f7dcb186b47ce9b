import type { Input } from './open-input.ts'
import type { RecordSplitter } from './record-splitter.ts'

/** Records that are sent together. */
export interface RecordGroup {
  readonly records: number
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
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

  function flush(): RecordGroup {
    const full = { records, type: splitter.contentType, bytes: Buffer.concat(group) }
    group = []
    bytes = 0
    records = 0
    return full
  }

  function* add(found: readonly Uint8Array[]): Generator<RecordGroup> {
    for (const record of found) {
      if (records > 0 && bytes + record.length > limits.maxBytes) yield flush()
      group.push(record, separator)
      bytes += record.length + separator.length
      records++
      if (records >= limits.maxRecords) yield flush()
    }
  }

  for await (const chunk of input.chunks) yield* add(splitter.push(chunk))
  yield* add(splitter.end())
  if (records > 0) yield flush()
}
