import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createForestWith } from './create-forest.ts'
import { readLightGbmText } from './fixtures/lightgbm-text.ts'
import type { Kernel } from './forest.ts'

const folder = join(process.env['SLUICE_SHARED'] ?? join(import.meta.dirname, '../../../../shared'), 'bench')
const present = existsSync(join(folder, 'forest.lightgbm.txt'))
if (!present) console.warn(`not run: the shared forest's scores, because ${folder} is not there (set SLUICE_SHARED)`)

const bytes = (name: string): ArrayBuffer => new Uint8Array(readFileSync(join(folder, name))).buffer

describe.skipIf(!present)('the shared forest of 100 trees', () => {
  test.each<[Kernel, number]>([
    ['walk', 1],
    ['walk', 256],
    ['fold', 1],
    ['fold', 256],
    ['masks', 1],
    ['masks', 256],
  ])('has the scores that LightGBM gave, bit by bit, with the %s kernel in batches of %i', (kernel, batch) => {
    const forest = createForestWith(kernel, readLightGbmText(readFileSync(join(folder, 'forest.lightgbm.txt'), 'utf8')))
    const inputs = Float64Array.from(new Float32Array(bytes('forest-inputs.f32')))
    const expected = new Float64Array(bytes('forest-expected.f64'))
    expect(expected).toHaveLength(10_000)
    const sums = new Float64Array(expected.length)
    for (let row = 0; row < sums.length; row += batch) {
      const rows = Math.min(batch, sums.length - row)
      forest.score(inputs.subarray(row * 11, (row + rows) * 11), 11, rows, sums.subarray(row))
    }
    expect(sums).toEqual(expected)
  })
})
