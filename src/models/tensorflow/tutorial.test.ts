import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { answersOf, scoreFrame } from '../../../test/contracts/answers.ts'
import { frameOf } from '../../../test/contracts/frame-of.ts'
import { descriptorOf } from '../../../test/contracts/runtime.ts'
import { createOnnxRuntime } from '../onnx/onnx-runtime.ts'
import { tarOf } from './fixtures/archive-fixture.ts'
import { createTensorFlowRuntime } from './tensorflow-runtime.ts'

const folder = join(process.env['SLUICE_SHARED'] ?? join(import.meta.dirname, '../../../../shared'), 'tutorial/data')
const present = existsSync(join(folder, 'optimized_WineQuality.pb'))
if (!present) console.warn(`not run: the tutorial's TensorFlow models, because ${folder} is not there (set SLUICE_SHARED)`)

const ROW = [7.4, 0.7, 0, 1.9, 0.076, 11, 34, 0.9978, 3.51, 0.56, 9.4]
/** What the tutorial's README prints for the saved model. */
const README = [1.14877e-9, 3.39649e-9, 1.19725e-8, 0.014344, 0.0618138, 0.689735, 0.304, 0.0153118, 0.000971983]

describe.skipIf(!present)("the tutorial's TensorFlow models", () => {
  const onnx = createOnnxRuntime({ threads: 1 })
  afterAll(async () => onnx[Symbol.asyncDispose]!())

  async function valuesOf(format: 'tensorflow' | 'tensorflow-saved', bytes: Uint8Array): Promise<readonly number[]> {
    await using runtime = createTensorFlowRuntime(format, onnx)
    using model = await runtime.load(descriptorOf(format, bytes), bytes)
    expect(model.inputs.length).toBe(11)
    return Object.values(answersOf(await scoreFrame(model, frameOf(model.inputs, [ROW])))[0]!).map(Number)
  }

  it('the saved model gives the figures of its README to all printed digits', async () => {
    const root = join(folder, 'saved/1')
    const paths = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const files = paths
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(root, path), readFileSync(path)] as const)
    const values = await valuesOf('tensorflow-saved', tarOf(files))
    expect(values.map((value) => Number(value.toPrecision(6)))).toEqual(README)
  })

  it('the frozen graph gives nine probabilities of its own', async () => {
    const values = await valuesOf('tensorflow', readFileSync(join(folder, 'optimized_WineQuality.pb')))
    expect(values.length).toBe(9)
    expect(values.indexOf(Math.max(...values))).toBe(5)
  })
})
