import { expect, test } from 'vitest'
import { CELL, type Field, FrameBuffer } from './frame.ts'

const fields: Field[] = ['a', 'b', 'c'].map((name) => ({ name, type: 'number', required: true }))

test('floats are the matrix, once it is asked for, and then no more', () => {
  const frame = new FrameBuffer()
  frame.reset(fields, 2)
  frame.useFloats().set([1.5, -2, Number.NaN, 3.25, 0.1, -0])
  expect(frame.floats!.subarray(0, 3)).toEqual(Float32Array.of(1.5, -2, Number.NaN))
  expect([...frame.matrix.subarray(0, 6)]).toEqual([1.5, -2, Number.NaN, 3.25, Math.fround(0.1), -0])
  frame.matrix[0] = 0.1
  expect(frame.floats).toBe(undefined)
  expect(frame.matrix[0]).toBe(0.1)
})

test('a frame that held floats holds doubles next, and more rows after that', () => {
  const frame = new FrameBuffer()
  frame.reset(fields, 1)
  frame.useFloats().set([1, 2, 3])
  frame.reset(fields, 1)
  expect(frame.floats).toBe(undefined)
  frame.matrix.set([0.1, 0.2, 0.3])
  expect([...frame.matrix.subarray(0, 3)]).toEqual([0.1, 0.2, 0.3])
  frame.reset(fields, 100)
  expect(frame.matrix.length).toBeGreaterThanOrEqual(300)
  expect(frame.useFloats().length).toBeGreaterThanOrEqual(300)
  expect(frame.matrix.length).toBeGreaterThanOrEqual(300)
  expect(frame.cells.subarray(0, 300).every((cell) => cell === CELL.present)).toBe(true)
})
