import { cpus } from 'node:os'
import type { ArmsPolicy } from '../../src/core/arms-policy.ts'
import type { Frame } from '../../src/core/frame.ts'
import { LoadedModel } from '../../src/core/loaded-model.ts'
import type { Model } from '../../src/core/model.ts'
import { Lane } from '../../src/core/operator/lane.ts'
import type { ServingOperator } from '../../src/core/operator/operator.ts'
import { Work } from '../../src/core/operator/work.ts'
import type { PolicySpec } from '../../src/core/policy-spec.ts'
import { readRecordBatches } from '../../src/core/record-batch.ts'
import { Scores } from '../../src/core/scores.ts'
import { createPmmlRuntime } from '../../src/models/pmml/runtime.ts'
import { createArmsPolicy } from '../../src/policies/batch/create-arms-policy.ts'
import { HeaderCursor } from '../../src/core/headers.ts'
import { inputBatches, sharedBytes, sharedInputs } from '../shared-forest.ts'
import { runCache } from './cache.ts'
import { createOperator, describe } from './stage.ts'

/** Rounds that are not counted. */
const WARM_UP = 8
const NAMES = ['a', 'b', 'c'] as const
const SCORE = new TextEncoder().encode('sluice_score')

/** Prints what policies cost a record over the same models without one, in CPU ns; every answer is looked at first. */
export async function runPolicies(quick: boolean): Promise<void> {
  const { inputs, expected } = sharedInputs()
  const batches = inputBatches(inputs)
  const runtime = createPmmlRuntime()
  const forests = await Promise.all(NAMES.map(async (name) => runtime.load(describe(name), sharedBytes('forest.pmml'))))
  const of = [...NAMES]
  const cases: readonly (readonly [name: string, run: Run, goal?: readonly [over: string, percent: number]])[] = [
    ['one forest, no policy', withModel(forests[0]!)],
    ['primary', withPolicy({ answer: 'a', budgetMs: 50 }, forests), ['one forest, no policy', 5]],
    ['three forests scored, no policy', withModel(scoringAll(forests))],
    ['consensus of three forests', withPolicy({ answer: { consensus: { of } } }, forests), ['three forests scored, no policy', 10]],
    ['bagging of three forests', withPolicy({ answer: { bagging: { of, by: 'mean' } } }, forests)],
    [
      'split 95:5',
      withPolicy(
        {
          answer: {
            split: {
              arms: [
                { percent: 95, answer: 'a' },
                { percent: 5, answer: 'b' },
              ],
            },
          },
        },
        forests,
      ),
    ],
    ['primary with a shadow', withPolicy({ answer: 'a', shadow: [{ model: 'b' }] }, forests)],
  ]
  for (const [name, run] of cases) verify(name, run, batches, expected)
  const costs = measure(
    cases.map(
      ([, run]) =>
        () =>
          batches.forEach((batch) => run(batch)),
    ),
    expected.length,
    quick ? 21 : 63,
  )
  console.log(
    `${cpus()[0]!.model}, Node ${process.version}; ${expected.length} records, 105 bytes of protobuf each, forests of 100 trees of depth 6`,
  )
  for (const [i, [name, , goal]] of cases.entries()) {
    const over = goal && costs[cases.findIndex(([other]) => other === goal[0])]!
    // Of the two in the same round: the median of all rounds.
    const percent = over && (median(costs[i]!.map((cost, round) => cost / over[round]!)) - 1) * 100
    const verdict =
      percent === undefined
        ? ''
        : `  ${percent.toFixed(1)} % over '${goal![0]}'; goal ${goal![1]} %: ${percent <= goal![1] ? 'reached' : 'MISSED'}`
    console.log(`${name.padEnd(34)} ${Math.round(median(costs[i]!)).toString().padStart(6)} ns a record${verdict}`)
  }
  await runCache(quick)
}

type Run = (recordBatch: Uint8Array, inspect?: (outputs: readonly Uint8Array[]) => void) => void

function withModel(model: Model): Run {
  const operator = createOperator()
  operator.serve('wine', operator.fit(new LoadedModel(describe('a'), model)))
  return runOf(operator)
}

function withPolicy(spec: PolicySpec, models: readonly Model[]): Run {
  const operator = createOperator()
  const policy: ArmsPolicy = createArmsPolicy(spec, 1)
  operator.setPolicy('wine', policy)
  for (const { model: name } of policy.arms)
    operator.serveArm('wine', name, operator.fit(new LoadedModel(describe(name), models[NAMES.indexOf(name as 'a')]!)))
  return runOf(operator)
}

/** What scores with all of them, and answers with the first: as cheap as to ask three models can be. */
function scoringAll(models: readonly Model[]): Model {
  const [first, ...others] = models
  const rest = others.map((model) => ({ model, scores: new Scores() }))
  return {
    inputs: first!.inputs,
    outputs: first!.outputs,
    score(frame: Frame, scores: Scores): void {
      void first!.score(frame, scores)
      for (const other of rest) {
        other.scores.reset(other.model.outputs, frame.rows)
        void other.model.score(frame, other.scores)
      }
    },
    [Symbol.dispose]() {},
  }
}

function runOf(operator: ServingOperator): Run {
  const lane = new Lane('mdata', 0)
  return (recordBatch, inspect) => {
    const work = operator.begin(readRecordBatches(recordBatch, { topic: 'mdata', partition: 0, from: 0n }), lane)
    if (!(work instanceof Work) || work.done !== undefined) throw new Error('not answered at once')
    const { outputs } = work.finish()
    inspect?.(outputs)
    work.release()
  }
}

/** Every output must have the recorded score in its header. */
function verify(name: string, run: Run, batches: readonly Uint8Array[], expected: Float64Array): void {
  const cursor = new HeaderCursor()
  let i = 0
  const inspect = (output: Uint8Array): void => {
    const answers = readRecordBatches(output.slice(), { topic: 'scores', partition: 0, from: 0n })
    for (let r = 0; r < answers.count; r++, i++) {
      let score = Number.NaN
      cursor.start(answers, r)
      while (cursor.next()) if (cursor.isNamed(SCORE)) score = Number(Buffer.from(answers.bytes.subarray(cursor.valueAt, cursor.valueAt + cursor.valueLength)).toString()) // prettier-ignore
      if (!(Math.abs(score - expected[i]!) <= 1e-9)) throw new Error(`${name}: record ${i} was answered ${score}, not ${expected[i]}`)
    }
  }
  for (const batch of batches) run(batch, (outputs) => outputs.forEach(inspect))
  if (i !== expected.length) throw new Error(`${name}: ${i} answers to ${expected.length} records`)
}

/**
 * CPU ns per record of each case in each round. The cases take turns, each round beginning with another one, so that what slows the machine for
 * a while slows all of them alike.
 */
function measure(cases: readonly (() => void)[], records: number, rounds: number): readonly number[][] {
  const costs = cases.map((): number[] => [])
  for (let round = -WARM_UP; round < rounds; round++) {
    for (let turn = 0; turn < cases.length; turn++) {
      const at = (turn + round + WARM_UP) % cases.length
      const run = cases[at]!
      const before = process.cpuUsage()
      run()
      run()
      const { user, system } = process.cpuUsage(before)
      if (round >= 0) costs[at]!.push(((user + system) * 1000) / (2 * records))
    }
  }
  return costs
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
