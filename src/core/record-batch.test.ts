import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { character } from './testing/character.ts'
import { type Batch, keyOf, offsetOf, valueOf } from './batch.ts'
import { crc32c } from './crc32c.ts'
import { SluiceError } from './errors.ts'
import { encodeHeader, headersOf } from './headers.ts'
import { readRecordBatches, RECORD_BATCH, recordCount, sealRecordBatch, setBaseOffset } from './record-batch.ts'
import { encodeRecords, type RecordParts, RecordBatchWriter } from './record-batch-writer.ts'
import { decodeByTheBook } from './testing/decode-by-the-book.ts'

const SOURCE = { topic: 'mdata', partition: 3, from: 0n }
const bytesOrNull = fc.option(fc.uint8Array({ maxLength: 200 }), { nil: undefined })
const timestamp = fc.oneof(
  fc.constantFrom(0, 1, -1, 2 ** 31, -(2 ** 31) - 5, 2 ** 52, -(2 ** 52)),
  // Two of these are at most 2^53 apart, so that the difference, which is what is written, is exact.
  fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
  fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
)
const header = fc.record({ name: fc.string({ unit: character, maxLength: 20 }), value: bytesOrNull })
const record = fc.record({ timestamp, key: bytesOrNull, value: bytesOrNull, headers: fc.array(header, { maxLength: 4 }) })

test('records come back as they were written: keys, values, tombstones, headers, and times in any order', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), fc.bigInt({ min: 0n, max: 2n ** 62n }), (records, base) => {
      const bytes = encodeRecords(records.map(asParts))
      setBaseOffset(bytes, base)
      const batch = readRecordBatches(bytes, { ...SOURCE, from: base })
      expect(recordCount(bytes)).toBe(records.length)
      expect(contentOf(batch)).toEqual(records.map((one, i) => ({ ...one, offset: base + BigInt(i) })))
      expect(batch.nextOffset).toBe(base + BigInt(records.length))
    }),
  )
})

test('what is written is the record format, by its definition', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 5 }), (records) => {
      const decoded = decodeByTheBook(encodeRecords(records.map(asParts)))
      expect(decoded.records).toEqual(records)
      expect(decoded.maxTimestamp).toBe(Math.max(...records.map((one) => one.timestamp)))
    }),
  )
})

test('values of any size come back, also those whose length takes more bytes than the last one did', () => {
  const sizes = [0, 1, 63, 64, 70_000, 2, 8191, 8192, 0, 1_200_000, 5, 65_536]
  const writer = new RecordBatchWriter(0)
  for (let round = 0; round < 2; round++) {
    writer.reset()
    const values = sizes.map((size, i) => new Uint8Array(size).fill(i + round))
    for (const value of values) writer.append({ timestamp: 1, key: value.subarray(0, 100), value })
    const batch = readRecordBatches(writer.finish(), SOURCE)
    expect(values.every((value, i) => Buffer.compare(value, valueOf(batch, i)!) === 0)).toBe(true)
    expect(values.every((value, i) => Buffer.compare(value.subarray(0, 100), keyOf(batch, i)!) === 0)).toBe(true)
  }
})

test('several record batches make one batch, and records before the asked-for offset are left out', () => {
  const [first, second] = [encodeRecords(['a', 'b', 'c'].map(plain)), encodeRecords(['d', 'e'].map(plain))]
  setBaseOffset(first, 10n)
  setBaseOffset(second, 40n)
  const batch = readRecordBatches(Buffer.concat([first, second]), { ...SOURCE, from: 12n })
  expect(contentOf(batch).map(({ offset, value }) => [offset, Buffer.from(value!).toString()])).toEqual([
    [12n, 'c'],
    [40n, 'd'],
    [41n, 'e'],
  ])
  expect(batch.nextOffset).toBe(42n)
})

test('a batch never continues before the offset that was asked for', () => {
  const bytes = encodeRecords(['a'].map(plain))
  const batch = readRecordBatches(bytes, { ...SOURCE, from: 9n })
  expect([batch.count, batch.nextOffset]).toEqual([0, 9n])
})

test('where the topic keeps the time of the append, all records have it', () => {
  const bytes = encodeRecords([plain('a'), { ...plain('b'), timestamp: 5 }])
  new DataView(bytes.buffer).setInt16(RECORD_BATCH.attributes, 8)
  new DataView(bytes.buffer).setBigInt64(RECORD_BATCH.maxTimestamp, 77n)
  expect([...readRecordBatches(bytes, SOURCE).timestamps]).toEqual([77, 77])
})

test('a time that no Date can hold becomes the last one that it can', () => {
  const bytes = encodeRecords([plain('a')])
  for (const [time, expected] of [
    [2n ** 63n - 1n, 8.64e15],
    [-(2n ** 63n), -8.64e15],
  ] as const) {
    new DataView(bytes.buffer).setBigInt64(RECORD_BATCH.baseTimestamp, time)
    expect(readRecordBatches(bytes, SOURCE).timestamps[0]).toBe(expected)
  }
})

test('a sealed record batch has the checksum of everything after it', () => {
  const bytes = sealRecordBatch(encodeRecords([plain('a')]))
  expect(new DataView(bytes.buffer).getUint32(RECORD_BATCH.crc)).toBe(crc32c(bytes.subarray(RECORD_BATCH.attributes)))
  setBaseOffset(bytes, 12n)
  expect(new DataView(bytes.buffer).getUint32(RECORD_BATCH.crc)).toBe(crc32c(bytes.subarray(RECORD_BATCH.attributes)))
})

test('a record batch that is cut off anywhere is corrupt', () => {
  const bytes = encodeRecords([
    asParts({ timestamp: 5, key: Uint8Array.of(1), value: Uint8Array.of(2, 3), headers: [{ name: 'h', value: undefined }] }),
  ])
  for (let length = 1; length < bytes.length; length++) expect(verdict(bytes.subarray(0, length))).toBe('log.corrupt')
  // With its length corrected it is complete, and its record is not.
  for (let length = RECORD_BATCH.headerSize; length < bytes.length; length++) {
    const cut = bytes.slice(0, length)
    new DataView(cut.buffer).setInt32(RECORD_BATCH.length, length - RECORD_BATCH.lengthOverhead)
    expect(verdict(cut)).toBe('log.corrupt')
  }
})

test('bytes after the last record, in it or behind it, are corrupt', () => {
  const bytes = encodeRecords([plain('a')])
  const longer = new Uint8Array([...bytes, 0])
  new DataView(longer.buffer).setInt32(RECORD_BATCH.length, longer.length - RECORD_BATCH.lengthOverhead)
  expect(verdict(longer)).toBe('log.corrupt')
  longer[RECORD_BATCH.headerSize]! += 2
  expect(verdict(longer)).toBe('log.corrupt')
})

test('a number of records or headers that the bytes have no room for is refused before memory is taken for it', () => {
  const bytes = encodeRecords([plain('a')])
  for (const count of [2, 1_000_000, 2147483647, -1]) {
    const lying = bytes.slice()
    new DataView(lying.buffer).setInt32(RECORD_BATCH.count, count)
    new DataView(lying.buffer).setInt32(RECORD_BATCH.lastOffsetDelta, count - 1)
    expect(verdict(lying)).toBe('log.corrupt')
  }
  // The varint 2^31 - 1 in the place of the number of headers, the last byte.
  const lyingRecord = [0, 0, 0, 1, 2, 97, 0xfe, 0xff, 0xff, 0xff, 0x0f]
  const lying = new Uint8Array([...bytes.subarray(0, RECORD_BATCH.headerSize), lyingRecord.length * 2, ...lyingRecord])
  new DataView(lying.buffer).setInt32(RECORD_BATCH.length, lying.length - RECORD_BATCH.lengthOverhead)
  expect(verdict(lying)).toBe('log.corrupt')
})

test('other formats, compression and offsets that do not rise are corrupt', () => {
  const bytes = encodeRecords([plain('a'), plain('b')])
  const changed = (change: (view: DataView) => void): Uint8Array => {
    const copy = bytes.slice()
    change(new DataView(copy.buffer))
    return copy
  }
  expect(verdict(changed((view) => view.setInt8(RECORD_BATCH.magic, 1)))).toBe('log.corrupt')
  expect(verdict(changed((view) => view.setInt16(RECORD_BATCH.attributes, 2)))).toBe('log.corrupt')
  expect(verdict(changed((view) => view.setInt32(RECORD_BATCH.lastOffsetDelta, 0)))).toBe('log.corrupt')
  expect(verdict(changed((view) => view.setInt32(RECORD_BATCH.length, 5)))).toBe('log.corrupt')
  expect(verdict(changed((view) => view.setInt32(RECORD_BATCH.length, -80)))).toBe('log.corrupt')
  expect(verdict(changed((view) => view.setBigInt64(RECORD_BATCH.baseOffset, 2n ** 40n)))).toBe('log.corrupt')
  expect(verdict(Buffer.concat([bytes, bytes]))).toBe('log.corrupt')
})

test('bytes with any change give records within the batch or are corrupt, and nothing else', () => {
  const bytes = encodeRecords(
    [1, 2, 3].map((n) =>
      asParts({
        timestamp: n,
        key: Uint8Array.of(n),
        value: new Uint8Array(n * 40),
        headers: [{ name: `h${n}`, value: Uint8Array.of(n) }],
      }),
    ),
  )
  const change = fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const changed = bytes.slice()
      for (const { at, byte } of changes) changed[at] = byte
      const batch = corruptOr(() => readRecordBatches(changed, SOURCE))
      const content = batch === undefined ? [] : contentOf(batch)
      expect(content.length).toBeLessThanOrEqual(3)
      expect(content.every(({ headers }) => headers.length <= bytes.length / 2)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('random bytes with a plausible header are corrupt or make a batch, in no time', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), (tail, count) => {
      const bytes = new Uint8Array([...encodeRecords([]).subarray(0, RECORD_BATCH.headerSize), ...tail])
      const view = new DataView(bytes.buffer)
      view.setInt32(RECORD_BATCH.length, bytes.length - RECORD_BATCH.lengthOverhead)
      view.setInt32(RECORD_BATCH.count, count)
      view.setInt32(RECORD_BATCH.lastOffsetDelta, 1000)
      const batch = corruptOr(() => readRecordBatches(bytes, SOURCE))
      expect(batch === undefined ? 0 : contentOf(batch).length).toBeLessThanOrEqual(count)
    }),
    { numRuns: 2000 },
  )
})

interface Content {
  readonly timestamp: number
  readonly key: Uint8Array | undefined
  readonly value: Uint8Array | undefined
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array | undefined }[]
}

function contentOf(batch: Batch): (Content & { readonly offset: bigint })[] {
  return Array.from({ length: batch.count }, (_, i) => ({
    offset: offsetOf(batch, i),
    timestamp: batch.timestamps[i]!,
    key: copyOf(keyOf(batch, i)),
    value: copyOf(valueOf(batch, i)),
    headers: headersOf(batch, i).map(({ name, value }) => ({ name, value: copyOf(value) })),
  }))
}

function copyOf(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes && new Uint8Array(bytes)
}

function asParts({ headers, ...parts }: Content): RecordParts {
  return { ...parts, headers: headers.map(({ name, value }) => encodeHeader(name, value)) }
}

function plain(text: string): RecordParts {
  return { timestamp: 0, value: Buffer.from(text) }
}

/** The code of what is thrown, or how many records there are. */
function verdict(bytes: Uint8Array): string {
  const batch = corruptOr(() => readRecordBatches(bytes, SOURCE))
  return batch === undefined ? 'log.corrupt' : `${batch.count} records`
}

function corruptOr<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'log.corrupt') return undefined
    throw error
  }
}
