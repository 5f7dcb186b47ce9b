import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { FrameBuffer } from '../../src/core/frame.ts'
import type { Model, Runtime } from '../../src/core/model.ts'
import { Scores } from '../../src/core/scores.ts'
import { createLightGbmRuntime } from '../../src/models/lightgbm/lightgbm-runtime.ts'
import { createOnnxRuntime } from '../../src/models/onnx/onnx-runtime.ts'
import { createPmmlRuntime } from '../../src/models/pmml/runtime.ts'
import { fetchTreePackages } from '../../scripts/conformance/trees/packages.ts'
import { descriptorOf } from '../../scripts/conformance/trees/descriptor-of.ts'
import { median } from '../kafka/median.ts'
import { FEATURES, sharedBytes, sharedInputs } from '../shared-forest.ts'

const FOLDER = join(process.env['SLUICE_SHARED'] ?? join(import.meta.dirname, '../../../shared'), 'bench')

interface Case {
  readonly name: string
  readonly batch: number
  /** Scores the first `records` records into `out`. */
  run(records: number, out: Float64Array): void | Promise<void>
  /** How many records a repeat takes. */
  readonly records: number
  /** How far a score may be off, relatively: 32-bit arithmetic is. */
  readonly tolerance: number
  readonly costs: number[]
}

/** The shared forest (100 trees of depth 6) in several formats, ONNX Runtime and LightGBM itself, all on one thread, interleaved. */
export async function runTrees(quick: boolean): Promise<void> {
  const { inputs, expected } = sharedInputs()
  const repeats = quick ? 7 : 25
  const formats = {
    'LightGBM text': { runtime: createLightGbmRuntime(), file: 'forest.lightgbm.txt', tolerance: 1e-12 },
    PMML: { runtime: createPmmlRuntime(), file: 'forest.pmml', tolerance: 1e-9 },
    'ONNX, own scorer': { runtime: createOnnxRuntime({ threads: 1 }), file: 'forest.onnx', tolerance: 1e-4 },
  }
  const cases: Case[] = []
  for (const [name, { runtime, file, tolerance }] of Object.entries(formats)) {
    const bytes = sharedBytes(file)
    const model = await runtime.load(descriptorOf(runtime.format, bytes, {}), bytes)
    for (const batch of [1, 256])
      cases.push({ name: `Sluice: ${name}`, batch, run: scoreFrames(model, inputs, batch), records: expected.length, tolerance, costs: [] })
  }
  const session = await InferenceSession.create(sharedBytes('forest.onnx'), { intraOpNumThreads: 1, interOpNumThreads: 1 })
  for (const batch of [1, 256]) {
    const records = batch === 1 ? 2000 : expected.length
    cases.push({ name: 'onnxruntime-node', batch, run: scoreTensors(session, inputs, batch), records, tolerance: 1e-4, costs: [] })
  }
  await measure(cases, expected, repeats)
  const peer = execFileSync('python3', [
    '-B',
    join(import.meta.dirname, 'lightgbm_peer.py'),
    await fetchTreePackages(),
    FOLDER,
    String(repeats),
  ])
  const lightGbm = JSON.parse(peer.toString()) as Readonly<Record<'1' | '256', number>>
  const swaps = await measureSwaps(createLightGbmRuntime(), sharedBytes('forest.lightgbm.txt'), repeats)
  report(cases, lightGbm, swaps)
  for (const { runtime } of Object.values(formats)) await runtime[Symbol.asyncDispose]?.()
  await session.release()
}

function scoreFrames(model: Model, inputs: Float64Array, batch: number): Case['run'] {
  const frame = new FrameBuffer()
  const scores = new Scores()
  return (records, out) => {
    for (let first = 0; first < records; first += batch) {
      const rows = Math.min(batch, records - first)
      frame.reset(model.inputs, rows)
      // As a codec does: the batch's cells are written into one reused matrix.
      for (let cell = 0, from = first * FEATURES; cell < rows * FEATURES; cell++) frame.matrix[cell] = inputs[from + cell]!
      frame.rows = rows
      scores.reset(model.outputs, rows)
      void model.score(frame, scores)
      for (let row = 0; row < rows; row++) out[first + row] = scores.values[row * model.outputs.length]!
    }
  }
}

function scoreTensors(session: InferenceSession, inputs: Float64Array, batch: number): Case['run'] {
  const input = session.inputNames[0]!
  const output = session.outputNames[0]!
  return async (records, out) => {
    for (let first = 0; first < records; first += batch) {
      const rows = Math.min(batch, records - first)
      const values = Float32Array.from(inputs.subarray(first * FEATURES, (first + rows) * FEATURES))
      const answers = await session.run({ [input]: new Tensor('float32', values, [rows, FEATURES]) })
      const found = answers[output]!.data as Float32Array
      for (let row = 0; row < rows; row++) out[first + row] = found[row]!
    }
  }
}

async function measure(cases: readonly Case[], expected: Float64Array, repeats: number): Promise<void> {
  const out = new Float64Array(expected.length)
  for (let repeat = -4; repeat < repeats; repeat++) {
    for (const one of cases) {
      const { name, records, tolerance, costs } = one
      out.fill(Number.NaN)
      const before = process.cpuUsage()
      await one.run(records, out)
      const used = process.cpuUsage(before)
      if (repeat >= 0) costs.push(((used.user + used.system) * 1000) / records)
      for (let row = 0; row < records; row++) {
        if (!(Math.abs(out[row]! - expected[row]!) <= tolerance * Math.max(1, Math.abs(expected[row]!))))
          throw new Error(`${name}: record ${row} is ${out[row]}, not ${expected[row]}`)
      }
    }
  }
}

/**
 * Milliseconds from the bytes to a model that has scored its first record: of CPU in the thread that loads it, and elapsed. A node
 * that has loaded a few models before has the loader's code compiled.
 */
async function measureSwaps(runtime: Runtime, bytes: Uint8Array, repeats: number): Promise<{ cpu: number; elapsed: number }> {
  const [cpu, elapsed]: [number[], number[]] = [[], []]
  const out = new Float64Array(1)
  const { inputs } = sharedInputs()
  const descriptor = descriptorOf(runtime.format, bytes, {})
  for (let repeat = -10; repeat < repeats; repeat++) {
    const [before, start] = [process.threadCpuUsage(), performance.now()]
    const model = await runtime.load(descriptor, bytes)
    void scoreFrames(model, inputs, 1)(1, out)
    const [end, used] = [performance.now(), process.threadCpuUsage(before)]
    if (repeat < 0) continue
    cpu.push((used.user + used.system) / 1000)
    elapsed.push(end - start)
  }
  return { cpu: median(cpu), elapsed: median(elapsed) }
}

function report(cases: readonly Case[], lightGbm: Readonly<Record<'1' | '256', number>>, swaps: { cpu: number; elapsed: number }): void {
  const cost = (name: string, batch: number): number => median(cases.find((one) => one.name === name && one.batch === batch)!.costs)
  const line = (name: string, one: number, many: number): void =>
    console.log(`${name.padEnd(28)} ${one.toFixed(0).padStart(8)} ${many.toFixed(0).padStart(8)}`)
  console.log('100 trees of depth 6 over 11 features; CPU ns a record, median')
  console.log(`${''.padEnd(28)} ${'batch 1'.padStart(8)} ${'256'.padStart(8)}`)
  for (const name of new Set(cases.map((one) => one.name))) line(name, cost(name, 1), cost(name, 256))
  line('LightGBM, in Python', lightGbm['1'], lightGbm['256'])
  console.log('')
  const own = { one: cost('Sluice: LightGBM text', 1), many: cost('Sluice: LightGBM text', 256) }
  const goal = (what: string, value: number, bound: { least: number } | { most: number }): void => {
    const reached = 'least' in bound ? value >= bound.least : value <= bound.most
    const wanted = 'least' in bound ? `at least ${bound.least}` : `at most ${bound.most}`
    console.log(`${what.padEnd(64)} ${value.toFixed(1).padStart(8)}   ${wanted}: ${reached ? 'reached' : 'MISSED'}`)
  }
  goal('ns a record in batches of 256', own.many, { most: 1050 })
  goal('ns a record one at a time', own.one, { most: 1200 })
  goal('times as fast as onnxruntime-node, one at a time', cost('onnxruntime-node', 1) / own.one, { least: 8 })
  goal('times as fast as onnxruntime-node, in batches of 256', cost('onnxruntime-node', 256) / own.many, { least: 2.5 })
  goal("times as fast as LightGBM's own predict, one at a time", lightGbm['1'] / own.one, { least: 20 })
  goal('ms from the bytes of the text to the first score (CPU)', swaps.cpu, { most: 5 })
  console.log(`${'ms from the bytes of the text to the first score (elapsed)'.padEnd(64)} ${swaps.elapsed.toFixed(1).padStart(8)}`)
}
