/**
 * What the shared forest (100 trees, depth 6, 11 features) costs with each kernel: CPU ns per record on one core.
 * The kernels are interleaved, repeat by repeat, and each answer is compared with the recorded scores.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createForest, createForestWith } from '../src/models/forest/create-forest.ts'
import type { Forest } from '../src/models/forest/forest.ts'
import { readLightGbmText } from '../src/models/forest/fixtures/lightgbm-text.ts'

const REPEATS = 31
const folder = join(process.env['SLUICE_SHARED'] ?? join(import.meta.dirname, '../../shared'), 'bench')
const bytes = (name: string): ArrayBuffer => new Uint8Array(readFileSync(join(folder, name))).buffer
const options = readLightGbmText(readFileSync(join(folder, 'forest.lightgbm.txt'), 'utf8'))
const inputs = Float64Array.from(new Float32Array(bytes('forest-inputs.f32')))
const expected = new Float64Array(bytes('forest-expected.f64'))
const stride = options.features
const records = expected.length

interface Case {
  readonly name: string
  readonly limit?: number
  run(out: Float64Array): void
  readonly costs: number[]
}

const cases: Case[] = []
for (const kernel of ['walk', 'masks', 'fold'] as const) {
  for (const batch of [1, 256])
    cases.push({ name: `${kernel}, batches of ${batch}`, run: scoreInBatches(createForestWith(kernel, options), batch), costs: [] })
}

function scoreInBatches(forest: Forest, batch: number): Case['run'] {
  const matrix = new Float64Array(batch * stride)
  const sums = new Float64Array(batch)
  return (out) => {
    for (let first = 0; first < records; first += batch) {
      const rows = Math.min(batch, records - first)
      // As a codec does: the batch's cells are written into one reused matrix.
      for (let cell = 0, from = first * stride; cell < rows * stride; cell++) matrix[cell] = inputs[from + cell]!
      forest.score(matrix, stride, rows, sums)
      for (let row = 0; row < rows; row++) out[first + row] = sums[row]!
    }
  }
}

const out = new Float64Array(records)
for (let repeat = -5; repeat < REPEATS; repeat++) {
  for (const one of cases) {
    out.fill(Number.NaN)
    const before = process.cpuUsage()
    one.run(out)
    const used = process.cpuUsage(before)
    if (repeat >= 0) one.costs.push(((used.user + used.system) * 1000) / records)
    for (let row = 0; row < records; row++) {
      if (Object.is(out[row], expected[row])) continue
      if (!(Math.abs(out[row]! - expected[row]!) <= 1e-12 * Math.abs(expected[row]!)))
        throw new Error(`${one.name}: row ${row} is ${out[row]}, not ${expected[row]}`)
    }
  }
}
for (const { name, costs } of cases) {
  costs.sort((a, b) => a - b)
  console.log(`${name.padEnd(28)} ${costs[REPEATS >> 1]!.toFixed(0).padStart(6)} ns a record (least ${costs[0]!.toFixed(0)})`)
}
const start = performance.now()
const { kernel: chosen } = createForest(options)
console.log(`chosen: ${chosen}, made in ${(performance.now() - start).toFixed(1)} ms`)
