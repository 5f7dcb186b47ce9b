import { HeaderCursor } from '../../src/core/headers.ts'
import { LoadedModel } from '../../src/core/loaded-model.ts'
import { Lane } from '../../src/core/operator/lane.ts'
import { Work } from '../../src/core/operator/work.ts'
import type { PolicySpec } from '../../src/core/policy-spec.ts'
import { readRecordBatches } from '../../src/core/record-batch.ts'
import { createOnnxRuntime } from '../../src/models/onnx/onnx-runtime.ts'
import { createArmsPolicy } from '../../src/policies/batch/create-arms-policy.ts'
import { FEATURES, inputBatches, sharedBytes, sharedInputs } from '../shared-forest.ts'
import { createOperator, describe } from './stage.ts'

const SCORE = new TextEncoder().encode('sluice_score')
const BUDGET_MS = 10_000

/** Prints what a slow model costs a record, in CPU ns, with and without a cache of its answers; every answer is looked at. */
export async function runCache(quick: boolean): Promise<void> {
  const { inputs, expected } = sharedInputs()
  const records = expected.length
  // The first thousand again and again, each thousand in another order.
  const repeated = Float64Array.from(inputs, (_, i) => inputs[again(Math.floor(i / FEATURES)) * FEATURES + (i % FEATURES)]!)
  await using stack = new AsyncDisposableStack()
  const runtime = createOnnxRuntime({ threads: 1, near: false })
  stack.defer(async () => runtime[Symbol.asyncDispose]?.())
  const descriptor = { ...describe('a'), format: 'onnx', inputs: {}, metadata: { engine: 'onnxruntime' } } as const
  const model = await runtime.load(descriptor, sharedBytes('forest.onnx'))
  const answer: PolicySpec = { answer: 'a', budgetMs: BUDGET_MS }
  const all = inputBatches(inputs)
  const few = inputBatches(repeated)
  const cases = [
    { name: 'forest by ONNX Runtime', batches: all, spec: answer, distinct: true },
    { name: '… with a cache, no input twice', batches: all, spec: { ...answer, cache: { entries: 1000 } }, distinct: true },
    { name: '… with a cache, each input ten times', batches: few, spec: { ...answer, cache: { entries: 20_000 } }, distinct: false },
  ].map((each) => {
    const operator = createOperator()
    operator.setPolicy('wine', createArmsPolicy(each.spec, 1))
    operator.serveArm('wine', 'a', operator.fit(new LoadedModel(descriptor, model).retain()))
    return { ...each, operator, lane: new Lane('mdata', 0), costs: [] as number[], hits: 0 }
  })
  for (let round = -2; round < (quick ? 5 : 15); round++) {
    for (const { operator, lane, batches, distinct, costs } of cases) {
      // What it remembers is not from the round before.
      const { cache } = operator.arm('wine', 'a')!
      operator.arm('wine', 'a')!.remember(undefined)
      operator.arm('wine', 'a')!.remember(cache?.entries)
      let i = 0
      const before = process.cpuUsage()
      for (const recordBatch of batches) {
        const work = operator.begin(readRecordBatches(recordBatch, { topic: 'mdata', partition: 0, from: 0n }), lane)
        if (!(work instanceof Work)) throw new Error('held')
        await work.done
        for (const output of work.finish().outputs) i = verify(output, i, (at) => expected[distinct ? at : again(at)]!)
        work.release()
      }
      const { user, system } = process.cpuUsage(before)
      if (i !== records) throw new Error(`${i} answers to ${records} records`)
      if (round >= 0) costs.push(((user + system) * 1000) / records)
    }
  }
  for (const { name, costs, lane } of cases) {
    const cost = costs.toSorted((a, b) => a - b)[costs.length >> 1]!
    const { hits = 0, coalesced = 0, misses = 0 } = [...lane.allStatistics()].find(({ cache }) => cache !== undefined)?.cache ?? {}
    const asked = hits + coalesced + misses
    const share = asked === 0 ? '' : `  ${(((hits + coalesced) / asked) * 100).toFixed(1)} % remembered`
    console.log(`${name.padEnd(38)} ${Math.round(cost).toString().padStart(6)} ns a record${share}`)
  }
}

/** Which input stands in for a record where only a thousand are used. */
function again(record: number): number {
  return ((record % 1000) * 7 + Math.floor(record / 1000)) % 1000
}

/** Every output must have the recorded score in its header, as far as floats have it. */
function verify(output: Uint8Array, from: number, expected: (record: number) => number): number {
  const cursor = new HeaderCursor()
  const answers = readRecordBatches(output.slice(), { topic: 'scores', partition: 0, from: 0n })
  for (let r = 0; r < answers.count; r++) {
    let score = Number.NaN
    cursor.start(answers, r)
    while (cursor.next()) if (cursor.isNamed(SCORE)) score = Number(Buffer.from(answers.bytes.subarray(cursor.valueAt, cursor.valueAt + cursor.valueLength)).toString()) // prettier-ignore
    const right = expected(from + r)
    if (!(Math.abs(score - right) <= 1e-5)) throw new Error(`record ${from + r} was answered ${score}, not ${right}`)
  }
  return from + answers.count
}
