import { describe, expect, it } from 'vitest'
import { frameOf } from '../../../test/contracts/frame-of.ts'
import { type Field, FrameBuffer } from '../../core/frame.ts'
import { Scores } from '../../core/scores.ts'
import { createFrameReader } from './frame-tensors.ts'

const field = (name: string): Field => ({ name, type: 'number', required: true })
const fields = [field('a'), field('b'), field('c')]
const input = { name: 'x', type: 'float32', rest: [3], width: 3 } as const

function read(
  reader: ReturnType<typeof createFrameReader>,
  rows: readonly (readonly number[])[],
): { values: number[]; rejected: number[]; buffer: ArrayBuffer } {
  const scores = new Scores()
  scores.reset([{ name: 'score', type: 'number' }], rows.length)
  const batch = reader.read(frameOf(fields, rows), scores)
  const [data] = batch.tensors
  if (data === undefined || !('values' in data)) throw new Error('there are no numbers')
  return { values: Array.from(data.values, Number), rejected: [...scores.rejected.subarray(0, rows.length)], buffer: batch.transfer[0]! }
}

describe('a frame of floats', () => {
  it('is rounded to them, row by row', () => {
    const reader = createFrameReader([input], false)
    expect(
      read(reader, [
        [0.1, 1, -2],
        [3, 1e-50, 16777217],
      ]).values,
    ).toEqual([Math.fround(0.1), 1, -2, 3, 0, 16777216])
  })

  it.each([Number.NaN, Infinity, -Infinity, 1e39, -3.5e38])('loses the row that has %s, and keeps the others', (bad) => {
    const reader = createFrameReader([input], false)
    const good = [
      [1, 2, 3],
      [4, 5, 6],
    ]
    for (const at of [0, 1, 2]) {
      for (const column of [0, 1, 2]) {
        const rows = good.toSpliced(at, 0, [7, 8, 9].with(column, bad))
        expect(read(reader, rows)).toMatchObject({ values: good.flat(), rejected: [0, 0, 0].with(at, 1) })
      }
    }
  })

  it('that came as floats is the same, and is not made doubles where all are finite', () => {
    const reader = createFrameReader([input], false)
    const numbers = [1.5, -2, 3.4028234663852886e38, -0, 1e-45, 7, 8, 9, 10]
    const scores = new Scores()
    const readFloats = (values: readonly number[]): { values: number[]; rejected: number[]; asFloats: boolean } => {
      const frame = new FrameBuffer()
      frame.reset(fields, 3)
      frame.rows = 3
      frame.useFloats().set(values)
      scores.reset([{ name: 'score', type: 'number' }], 3)
      const [data] = reader.read(frame, scores).tensors
      if (data === undefined || !('values' in data)) throw new Error('there are no numbers')
      return {
        values: Array.from(data.values, Number),
        rejected: [...scores.rejected.subarray(0, 3)],
        asFloats: frame.floats !== undefined,
      }
    }
    expect(readFloats(numbers)).toEqual({ values: numbers.map(Math.fround), rejected: [0, 0, 0], asFloats: true })
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      for (let at = 0; at < 9; at++) {
        const row = Math.floor(at / 3)
        const { values, rejected } = readFloats(numbers.with(at, bad))
        expect(values).toEqual(numbers.map(Math.fround).toSpliced(row * 3, 3))
        expect(rejected).toEqual([0, 0, 0].with(row, 1))
      }
    }
  })

  it('takes the largest float, and what is rounded to it', () => {
    const reader = createFrameReader([input], false)
    const largest = 3.4028234663852886e38
    expect(read(reader, [[largest, -largest, 3.40282356e38]]).values).toEqual([largest, -largest, largest])
  })

  it('uses memory that came back, for what fits in it', () => {
    const reader = createFrameReader([input], false)
    const { buffer } = read(reader, [
      [1, 2, 3],
      [4, 5, 6],
    ])
    reader.reuse([buffer])
    const next = read(reader, [[7, 8, 9]])
    expect(next.buffer).toBe(buffer)
    expect(next.values).toEqual([7, 8, 9])
    expect(read(reader, [[7, 8, 9]]).buffer).not.toBe(buffer)
    reader.reuse([buffer])
    expect(
      read(reader, [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ]).buffer,
    ).not.toBe(buffer)
  })
})
