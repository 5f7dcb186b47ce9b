import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { scoreFrame } from '../../../test/contracts/answers.ts'
import { frameOf } from '../../../test/contracts/frame-of.ts'
import { descriptorOf } from '../../../test/contracts/runtime.ts'
import type { Model } from '../../core/model.ts'
import { createOnnxRuntime } from './onnx-runtime.ts'

const folder = join(process.env['SLUICE_SHARED'] ?? join(import.meta.dirname, '../../../../shared'), 'bench')
const present = existsSync(join(folder, 'forest.onnx'))
if (!present) console.warn(`not run: the shared ONNX models, because ${folder} is not there (set SLUICE_SHARED)`)

const FEATURES = 11
const file = (name: string): ArrayBuffer => new Uint8Array(readFileSync(join(folder, name))).buffer

describe.skipIf(!present)('the shared ONNX models', () => {
  const runtime = createOnnxRuntime({ threads: 1 })
  afterAll(async () => runtime[Symbol.asyncDispose]!())

  async function load(name: string): Promise<Model> {
    const bytes = new Uint8Array(file(name))
    return runtime.load(descriptorOf('onnx', bytes), bytes)
  }

  it('the forest gives the scores that LightGBM gave, as near as float32 can', async () => {
    using model = await load('forest.onnx')
    const inputs = new Float32Array(file('forest-inputs.f32'))
    const expected = new Float64Array(file('forest-expected.f64'))
    const rows = Array.from({ length: expected.length }, (_, row) => Array.from(inputs.subarray(row * FEATURES, (row + 1) * FEATURES)))
    const scores = await scoreFrame(model, frameOf(model.inputs, rows))
    expect([scores.rows, scores.rejections, model.outputs.length]).toEqual([10_000, 0, 1])
    // A hundred leaves are added up in float32: what is near zero is no nearer to the truth than its summands are.
    const worst = Math.max(...expected.map((value, row) => Math.abs(scores.values[row]! - value) / Math.max(1, Math.abs(value))))
    expect(worst).toBeLessThan(1e-5)
  })

  it('the image network takes 784 pixels and gives ten shares that sum to one', async () => {
    using model = await load('crayfish-ffnn.onnx')
    expect([model.inputs.length, model.outputs.length]).toEqual([784, 10])
    const rows = [0, 0.25, 1].map((pixel) => Array.from({ length: 784 }, (_, i) => (i % 3 === 0 ? pixel : 0)))
    const scores = await scoreFrame(model, frameOf(model.inputs, rows))
    expect(scores.rejections).toBe(0)
    for (let row = 0; row < 3; row++) expect(scores.values.subarray(row * 10, row * 10 + 10).every(Number.isFinite)).toBe(true)
  })
})
