import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { scoreFrame } from '../../../test/contracts/answers.ts'
import { frameOf } from '../../../test/contracts/frame-of.ts'
import { descriptorOf } from '../../../test/contracts/runtime.ts'
import type { Model } from '../../core/model.ts'
import { GRAPH, MODEL, TENSOR } from './onnx-fields.ts'
import { textOf } from './onnx-graph.ts'
import { createOnnxRuntime } from './onnx-runtime.ts'
import { ProtobufReader } from './protobuf-reader.ts'

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

  it('the image network takes 784 pixels and gives what its weights say', async () => {
    using model = await load('crayfish-ffnn.onnx')
    expect([model.inputs.length, model.outputs.length]).toEqual([784, 10])
    const rows = [0, 0.25, 1].map((pixel) => Array.from({ length: 784 }, (_, i) => (i % 3 === 0 ? pixel : i / 784)))
    const scores = await scoreFrame(model, frameOf(model.inputs, rows))
    expect(scores.rejections).toBe(0)
    const weights = floatInitializers(new Uint8Array(file('crayfish-ffnn.onnx')))
    for (const [row, pixels] of rows.entries()) {
      const expected = denseLayers(weights, pixels)
      for (let i = 0; i < 10; i++) expect(scores.values[row * 10 + i]).toBeCloseTo(expected[i]!, 4)
    }
  })
})

const LAYERS = ['input_layer', 'hidden_layers.0', 'hidden_layers.1', 'hidden_layers.2', 'output_layer']

/** The network by hand: five dense layers, with ReLU after each but the last. */
function denseLayers(weights: ReadonlyMap<string, Float32Array>, pixels: readonly number[]): readonly number[] {
  let values = pixels
  for (const [i, layer] of LAYERS.entries()) {
    const weight = weights.get(`${layer}.weight`)!
    const sums = Array.from(weights.get(`${layer}.bias`)!, (bias, out) =>
      values.reduce((sum, value, k) => sum + value * weight[out * values.length + k]!, bias),
    )
    values = i === LAYERS.length - 1 ? sums : sums.map((sum) => Math.max(0, sum))
  }
  return values
}

/** The raw floats of a graph's initializers, by name. */
function floatInitializers(bytes: Uint8Array): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>()
  const model = new ProtobufReader(bytes)
  while (model.next()) {
    if (!model.isBytes(MODEL.graph)) continue
    const graph = new ProtobufReader(model.bytes)
    while (graph.next()) {
      if (!graph.isBytes(GRAPH.initializer)) continue
      const tensor = new ProtobufReader(graph.bytes)
      let raw: Uint8Array | undefined
      while (tensor.next()) if (tensor.isBytes(9)) raw = tensor.bytes.slice()
      weights.set(textOf(graph.bytes, TENSOR.name), new Float32Array(raw!.buffer))
    }
  }
  return weights
}
