/** A record as it stands on a log. */
export interface LoggedRecord {
  readonly partition: number
  readonly offset: number
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** In their order, with null as the empty text. */
  readonly headers: ReadonlyMap<string, string>
  readonly headerCount: number
}

/**
 * The records of uncompressed record batches (Kafka's format, version 2) that stand one after the other: a reader that shares
 * nothing with Sluice's own. Throws where they break the format.
 */
export function parseRecordBatches(bytes: Buffer, partition: number): LoggedRecord[] {
  const records: LoggedRecord[] = []
  for (let start = 0; start < bytes.length;) {
    const end = start + 12 + bytes.readInt32BE(start + 8)
    if (bytes.readInt8(start + 16) !== 2) throw new Error(`a batch of format ${bytes.readInt8(start + 16)}`)
    const baseOffset = Number(bytes.readBigInt64BE(start))
    const baseTimestamp = Number(bytes.readBigInt64BE(start + 27))
    const count = bytes.readInt32BE(start + 57)
    const reader = new Zigzag(bytes, start + 61)
    for (let i = 0; i < count; i++) {
      const length = reader.next()
      const recordEnd = reader.at + length
      reader.at++
      const timestamp = baseTimestamp + reader.next()
      const offset = baseOffset + reader.next()
      const key = reader.part()
      const value = reader.part()
      const headers = new Map<string, string>()
      const headerCount = reader.next()
      for (let h = 0; h < headerCount; h++) headers.set(String(reader.part()), String(reader.part() ?? ''))
      if (reader.at !== recordEnd) throw new Error(`record ${offset} ends at ${reader.at}, not at ${recordEnd}`)
      records.push({ partition, offset, timestamp, key, value, headers, headerCount })
    }
    if (reader.at !== end) throw new Error(`the batch at ${baseOffset} ends at ${reader.at}, not at ${end}`)
    start = end
  }
  return records
}

class Zigzag {
  readonly #bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  next(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.at++]!
      value += (byte & 127) * scale
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
  }

  part(): Buffer | null {
    const length = this.next()
    if (length < 0) return null
    this.at += length
    return this.#bytes.subarray(this.at - length, this.at)
  }
}
