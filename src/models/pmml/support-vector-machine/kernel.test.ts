import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compileKernels } from './kernel.ts'

const SIZE = 6
const COUNT = 7
const number = fc.constantFrom(0.1, -3.7, 1 / 3, 1, 1e-9)
const mostlyZero = fc.array(fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: number }), {
  minLength: SIZE * COUNT,
  maxLength: SIZE * COUNT,
})
const dense = fc.array(number, { minLength: SIZE * COUNT, maxLength: SIZE * COUNT })
const row = fc.array(fc.oneof(fc.constant(0), fc.constant(-0), fc.constant(NaN), number), { minLength: SIZE, maxLength: SIZE })

it('sums squared differences in the order of the fields, whether vectors are mostly zeros or not', () => {
  const kernel = { kind: 'RadialBasisKernelType', gamma: 0.25, coef0: 0, degree: 1 } as const
  fc.assert(
    fc.property(fc.oneof(mostlyZero, dense), row, (values, one) => {
      const vectors = Float64Array.from(values)
      const { rows, alike, run } = compileKernels(kernel, vectors, { numbers: Int32Array.from({ length: COUNT }, (_, i) => i), size: SIZE })
      rows.set(one)
      run(1)
      for (let u = 0; u < COUNT; u++) {
        let distance = 0
        for (let i = 0; i < SIZE; i++) distance += (one[i]! - vectors[u * SIZE + i]!) ** 2
        const expected = Math.exp(-0.25 * distance)
        expect(Number.isNaN(alike[u]!)).toBe(Number.isNaN(expected))
        expect(Math.abs(alike[u]! - expected) > 1e-14).toBe(false)
      }
    }),
  )
})
