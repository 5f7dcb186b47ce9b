import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { FrameBuffer } from '../../src/core/frame.ts'
import type { Model } from '../../src/core/model.ts'
import { Scores } from '../../src/core/scores.ts'
import { createOnnxRuntime } from '../../src/models/onnx/onnx-runtime.ts'
import { descriptorOf } from '../../scripts/conformance/trees/descriptor-of.ts'
import { cached } from '../../test/setup/cache.ts'
import { run } from '../../test/setup/run.ts'
import { median } from '../kafka/median.ts'
import { numbers, type TensorModel, tensorModels } from './tensor-models.ts'

/** The version of onnxruntime-node here: package.json has it exactly. */
const VERSION = '1.30.0'
const BATCH = 256
const MOST = 1.3
/** CPU nanoseconds of a measurement: what is shorter is taken up by what the other side left in the caches. */
const SLICE = 3e7

/**
 * Tensor models in batches of 256 from frames that are decoded to scores, with the worker thread between where there is one, beside Python's ONNX Runtime
 * of the same version from arrays that are ready; one thread each, in turns, answers compared. CPU of all threads.
 */
export async function runTensors(quick: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-tensors-'))
  const runtime = createOnnxRuntime({ threads: 1 })
  const peer = await startPeer(folder)
  console.log(`\ntensor models in batches of ${BATCH} beside onnxruntime ${peer.version} in Python; CPU ns a record, median`)
  console.log(`${''.padEnd(44)} ${'Sluice'.padStart(8)} ${'Python'.padStart(8)} ${'ratio'.padStart(6)}`)
  try {
    for (const one of tensorModels()) {
      writeFileSync(join(folder, `${one.name}.onnx`), one.bytes)
      const inputs = Float32Array.from(numbers(one.records * one.width, 7))
      writeFileSync(join(folder, `${one.name}.f32`), inputs)
      const model = await runtime.load(descriptorOf('onnx', one.bytes, {}), one.bytes)
      const { own, theirs } = await measure(one, { model, inputs, peer, folder, repeats: quick ? 7 : 25 })
      const ratio = own / theirs
      const verdict = `at most ${MOST}: ${ratio <= MOST ? 'reached' : 'MISSED'}`
      console.log(
        `${one.what.padEnd(44)} ${own.toFixed(0).padStart(8)} ${theirs.toFixed(0).padStart(8)} ${ratio.toFixed(2).padStart(6)}   ${verdict}`,
      )
      model[Symbol.dispose]()
    }
  } finally {
    peer.end()
    await runtime[Symbol.asyncDispose]?.()
    rmSync(folder, { recursive: true })
  }
}

interface Measuring {
  readonly model: Model
  readonly inputs: Float32Array
  readonly peer: Peer
  readonly folder: string
  readonly repeats: number
}

async function measure(
  { name, records, width }: TensorModel,
  { model, inputs, peer, folder, repeats }: Measuring,
): Promise<{ own: number; theirs: number }> {
  const [own, theirs]: [number[], number[]] = [[], []]
  const out = new Float64Array(records * model.outputs.length)
  const lanes = framesOf(model, inputs, width)
  let passes = 1
  for (let repeat = -4; repeat < repeats; repeat++) {
    out.fill(Number.NaN)
    const before = process.cpuUsage()
    for (let pass = 0; pass < passes; pass++) await scoreAll(model, lanes, out)
    const used = process.cpuUsage(before)
    const cost = await peer.measure(name, passes)
    const spent = (used.user + used.system) * 1000
    if (repeat < 0) passes = Math.min(64, Math.ceil((passes * SLICE) / spent))
    else {
      own.push(spent / passes / records)
      theirs.push(cost)
    }
  }
  const answers = new Float32Array(new Uint8Array(readFileSync(join(folder, `${name}.answers.f32`))).buffer)
  if (answers.length !== out.length) throw new Error(`${name}: ${out.length} answers, and Python has ${answers.length}`)
  const wrong = out.findIndex((value, i) => !(Math.abs(value - answers[i]!) <= 1e-5 * Math.max(1, Math.abs(answers[i]!))))
  if (wrong >= 0) throw new Error(`${name}: answer ${wrong} is ${out[wrong]}, not ${answers[wrong]}`)
  return { own: median(own), theirs: median(theirs) }
}

interface Lane {
  readonly frame: FrameBuffer
  readonly scores: Scores
}

/** The records as frames of a batch each, as a codec makes them. */
function framesOf(model: Model, inputs: Float32Array, width: number): readonly Lane[] {
  const records = inputs.length / width
  return Array.from({ length: Math.ceil(records / BATCH) }, (_, batch) => {
    const frame = new FrameBuffer()
    const rows = Math.min(BATCH, records - batch * BATCH)
    frame.reset(model.inputs, rows)
    frame.matrix.set(inputs.subarray(batch * BATCH * width, (batch * BATCH + rows) * width))
    frame.rows = rows
    return { frame, scores: new Scores() }
  })
}

/** Four batches are on their way at once, as the operator has them. */
async function scoreAll(model: Model, lanes: readonly Lane[], out: Float64Array): Promise<void> {
  const pending: Promise<void>[] = []
  let to = 0
  for (const { frame, scores } of lanes) {
    if (pending.length === 4) await pending.shift()
    scores.reset(model.outputs, frame.rows)
    const at = to
    to += frame.rows * model.outputs.length
    const count = to - at
    pending.push(Promise.resolve(model.score(frame, scores)).then(() => out.set(scores.values.subarray(0, count), at)))
  }
  await Promise.all(pending)
}

interface Peer {
  readonly version: string
  /** CPU ns a record, over so many passes over all records. */
  measure(name: string, passes: number): Promise<number>
  end(): void
}

async function startPeer(folder: string): Promise<Peer> {
  const packages = await cached(`onnxruntime-python-${VERSION}`, async (directory) =>
    run('python3', ['-m', 'pip', 'install', '--quiet', '--target', directory, `onnxruntime==${VERSION}`, 'numpy==2.4.6']),
  )
  const child: ChildProcess = spawn('python3', ['-B', join(import.meta.dirname, 'onnx_peer.py'), packages, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const { done, value } = await lines.next()
    if (done === true) throw new Error("Python's ONNX Runtime ended")
    return value
  }
  const version = await next()
  return {
    version,
    async measure(name, passes) {
      child.stdin!.write(`${name} ${passes}\n`)
      return Number(await next())
    },
    end: () => child.stdin!.end(),
  }
}
