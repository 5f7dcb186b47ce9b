import { expect, it } from 'vitest'
import { vectorBlock } from './vector-block.ts'

const SIZE = 90
const COUNT = 333
const VALUES = [0, 0, 0, -0, 1, -1, 0.1, -3.7, 1 / 3, 1e-9, 1e155, NaN, Infinity]

/** Picks values in an order that looks random, and is the same in every run. */
function valuesOf(length: number, seed: number, among: number): Float64Array {
  let state = seed
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return VALUES[(state >>> 8) % among]!
  })
}

// Vectors are used in another order than they stand in, and not all of them; their groups take several chunks, the last group is not full.
const numbers = Int32Array.from({ length: COUNT }, (_, i) => (i * 7) % (COUNT + 1))

for (const distances of [true, false]) {
  for (const [kind, among] of [
    ['numbers', VALUES.length - 2],
    ['numbers, missing ones and infinities', VALUES.length],
  ] as const) {
    it(`sums ${distances ? 'squared differences' : 'products'} of ${kind} to the last bit as a loop over the fields does`, () => {
      const vectors = valuesOf((COUNT + 1) * SIZE, 1, among)
      const block = vectorBlock(vectors, { numbers, size: SIZE }, distances)!
      const wrong: string[] = []
      for (const rows of [1, block.most, 3]) {
        block.rows.set(valuesOf(rows * SIZE, rows, among))
        block.run(rows)
        for (let row = 0; row < rows; row++) {
          for (let u = 0; u < COUNT; u++) {
            let sum = 0
            for (let i = 0; i < SIZE; i++) {
              const [x, value] = [block.rows[row * SIZE + i]!, vectors[numbers[u]! * SIZE + i]!]
              sum += distances ? (x - value) * (x - value) : x * value
            }
            if (!Object.is(block.alike[row * block.stride + u], sum)) wrong.push(`row ${row}, vector ${u} of ${rows} rows`)
          }
        }
      }
      expect(wrong).toEqual([])
    })
  }
}

it('leaves few vectors to a plain loop', () => {
  expect(vectorBlock(new Float64Array(40), { numbers: Int32Array.of(0, 1, 2, 3), size: 10 }, true)).toBeUndefined()
})
