import { expect } from 'vitest'

import { append, EPOCH, placed, type PlainRecord, readAll, record, toRecordBatch, valuesOf } from './plain-record.ts'
import type { Suite } from './suite.ts'

const ALL_BYTES = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte))

export function appendTests({ log, test, topic, options }: Suite): void {
  test('records come back as they were appended', async () => {
    const name = await topic()
    const records: PlainRecord[] = [
      record('value', { key: 'key' }),
      record('no key'),
      record('', { key: '' }),
      record(null, { key: 'a tombstone' }),
      record(null),
      record(ALL_BYTES, { key: ALL_BYTES }),
      record('headers', {
        headers: [
          ['ce_id', '1'],
          ['empty', ''],
          ['none', null],
          ['ce_id', 'again'],
          ['bytes', ALL_BYTES],
        ],
      }),
      record('later', { timestamp: EPOCH + 86_400_000 }),
      record('earlier than the first', { timestamp: EPOCH - 1 }),
    ]
    await append(log(), name, records)
    expect(await readAll(log(), name)).toEqual(placed(records))
  })

  test('an append answers with the offset of its first record', async () => {
    const name = await topic()
    expect(await append(log(), name, [record('a'), record('b')])).toBe(0n)
    expect(await append(log(), name, [record('c')])).toBe(2n)
    expect(await log().offsets({ topic: name, partition: 0 })).toEqual({ first: 0n, next: 3n })
  })

  test('partitions have offsets of their own', async () => {
    const name = await topic({ partitions: 2 })
    await append(log(), name, [record('a'), record('b')], 0)
    expect(await append(log(), name, [record('c')], 1)).toBe(0n)
    expect(await valuesOf(log(), name, { partition: 1 })).toEqual(['c'])
  })

  test('the bytes of an append may be used again once it is done', async () => {
    const name = await topic()
    const bytes = toRecordBatch([record('first')])
    await log().append({ topic: name, partition: 0, recordBatch: bytes })
    bytes.set(toRecordBatch([record('other')]))
    await log().append({ topic: name, partition: 0, recordBatch: bytes })
    bytes.fill(0)
    expect(await valuesOf(log(), name)).toEqual(['first', 'other'])
  })

  test('concurrent appends to a partition keep their order', async () => {
    const name = await topic()
    const texts = Array.from({ length: 60 }, (_, i) => `record ${i}`)
    const offsets = await Promise.all(texts.map(async (text) => append(log(), name, [record(text)])))
    expect(offsets).toEqual(texts.map((_, i) => BigInt(i)))
    expect(await valuesOf(log(), name)).toEqual(texts)
  })

  test('a large record passes through', async () => {
    const name = await topic()
    const value = Buffer.alloc(options.largeValueBytes)
    for (let i = 0; i < value.length; i += 4096) value.writeUInt32LE(i, i)
    await append(log(), name, [record('before')])
    await append(log(), name, [record(value.toString('latin1'))])
    await append(log(), name, [record('after')])
    const read = await valuesOf(log(), name)
    expect(read.length).toBe(3)
    expect(read[2]).toBe('after')
    expect(value.equals(Buffer.from(read[1]!, 'latin1'))).toBe(true)
  })

  test('bytes that are not a record batch are refused and leave nothing', async () => {
    const name = await topic()
    const good = toRecordBatch([record('a'), record('b')])
    const bad = [new Uint8Array(0), good.subarray(0, 30), good.subarray(0, good.length - 1), new Uint8Array(good.length).fill(255)]
    for (const recordBatch of bad) {
      await expect(log().append({ topic: name, partition: 0, recordBatch })).rejects.toMatchObject({ code: 'log.append.refused' })
    }
    expect(await log().offsets({ topic: name, partition: 0 })).toEqual({ first: 0n, next: 0n })
  })
}
