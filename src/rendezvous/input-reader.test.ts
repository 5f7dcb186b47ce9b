import { describe, expect, it } from 'vitest'
import { constantDataType } from '../core/data-type-readers.ts'
import { Dictionary } from '../core/dictionary.ts'
import { encodeHeader } from '../core/headers.ts'
import { readRecordBatches } from '../core/record-batch.ts'
import { encodeRecords } from '../core/record-batch-writer.ts'
import { InputReader, keepHeaders } from './input-reader.ts'

function batchOf(headers: Readonly<Record<string, string>>) {
  const encoded = Object.entries(headers).map(([name, text]) => encodeHeader(name, text))
  const bytes = Buffer.from(encodeRecords([{ timestamp: 0, headers: encoded }]))
  return { bytes, batch: readRecordBatches(bytes, { topic: 'in', partition: 3, from: 0n }) }
}

describe('what is read of an input', () => {
  it('is a copy of its headers, as the bytes of a batch are used again, without those that a result has of its own', () => {
    const { bytes, batch } = batchOf({ 'reply-to': 'me', ce_id: 'mine', made: '12' })
    const kept = keepHeaders(batch, 0)!
    bytes.fill(255)
    expect(kept.headers).toEqual([encodeHeader('reply-to', 'me'), encodeHeader('made', '12')])
  })

  it.each([
    ['its place where no header says an id', {}, '3:0'],
    ['what the header says', { id: 'abc' }, 'abc'],
    ['never the place of another one', { id: '3:7' }, '=3:7'],
    ['nor what stands for such', { id: '=3:7' }, '==3:7'],
    ['its place where the header is empty', { id: '' }, '3:0'],
    ['its place where the header is longer than an id may be', { id: 'x'.repeat(1025) }, '3:0'],
  ])('is an id: %s', (_, headers, id) => {
    const dictionary = new Dictionary()
    const reader = new InputReader({
      idHeader: 'id',
      budgetHeader: 'budget',
      dataTypes: { reader: constantDataType('wine', dictionary), dictionary },
    })
    const { batch } = batchOf(headers)
    reader.start(batch)
    expect(reader.read(batch, 0)).toMatchObject({ id, dataType: 'wine' })
  })

  it('is how long it may wait', () => {
    const dictionary = new Dictionary()
    const reader = new InputReader({ budgetHeader: 'budget', dataTypes: { reader: constantDataType('wine', dictionary), dictionary } })
    for (const [text, budgetMs] of [
      ['20', 20],
      ['0', 0],
      ['soon', Number.NaN],
    ] as const) {
      const { batch } = batchOf({ budget: text })
      reader.start(batch)
      expect(reader.read(batch, 0).budgetMs).toBe(budgetMs)
    }
  })
})
