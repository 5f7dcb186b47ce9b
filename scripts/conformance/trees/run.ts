import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Runtime } from '../../../src/core/model.ts'
import { createCatBoostRuntime } from '../../../src/models/catboost/catboost-runtime.ts'
import { createLightGbmRuntime } from '../../../src/models/lightgbm/lightgbm-runtime.ts'
import { createOnnxRuntime } from '../../../src/models/onnx/onnx-runtime.ts'
import { createXgBoostRuntime } from '../../../src/models/xgboost/xgboost-runtime.ts'
import { run } from '../../../test/setup/run.ts'
import { judge, type TreeCase } from './judge.ts'
import { fetchTreePackages } from './packages.ts'

/**
 * Makes models of trees with their own libraries in Python, scores their records, and compares with what the libraries answer. The
 * models are made in `folder` where it is given; it may then hold only what make.py made there before, which is judged as it is.
 */
export async function runTrees(folder: string | undefined): Promise<boolean> {
  const made = folder ?? mkdtempSync(join(tmpdir(), 'sluice-trees-'))
  try {
    if (folder === undefined) await make(made)
    return await judgeAll(made)
  } finally {
    if (folder === undefined) rmSync(made, { recursive: true })
  }
}

async function make(folder: string): Promise<void> {
  await run('python3', ['-B', join(import.meta.dirname, 'make.py'), await fetchTreePackages(), folder])
}

async function judgeAll(folder: string): Promise<boolean> {
  const runtimes: Readonly<Record<TreeCase['format'], Runtime>> = {
    lightgbm: createLightGbmRuntime(),
    xgboost: createXgBoostRuntime(),
    catboost: createCatBoostRuntime(),
    onnx: createOnnxRuntime({ threads: 1 }),
  }
  const names = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as readonly string[]
  const tally = new Map<string, { passed: number; failed: number; worst: number }>()
  console.log(`${'case'.padEnd(40)} ${'records'.padStart(7)} ${'scorer'.padStart(6)} ${'raw'.padStart(9)} ${'outputs'.padStart(9)}`)
  for (const name of names) {
    const one = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as TreeCase
    const verdict = await judge(one, readFileSync(join(folder, one.file)), runtimes[one.format])
    const { records, scorer, raw, outputs, problem } = verdict
    console.log(
      `${name.padEnd(40)} ${String(records).padStart(7)} ${scorer.padStart(6)} ${show(raw)} ${show(outputs)}${problem === undefined ? '' : `  FAILED: ${problem}`}`,
    )
    const counts = tally.get(one.format) ?? { passed: 0, failed: 0, worst: 0 }
    if (problem === undefined) counts.passed++
    else counts.failed++
    counts.worst = Math.max(counts.worst, outputs)
    tally.set(one.format, counts)
  }
  for (const runtime of Object.values(runtimes)) await runtime[Symbol.asyncDispose]?.()
  console.log('')
  for (const [format, { passed, failed }] of tally) console.log(`${format.padEnd(40)} ${passed} passed, ${failed} failed`)
  const sum = (key: 'passed' | 'failed'): number => [...tally.values()].reduce((total, counts) => total + counts[key], 0)
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
  return sum('failed') === 0 && sum('passed') > 0
}

function show(difference: number): string {
  return (Number.isNaN(difference) ? '' : difference.toPrecision(2)).padStart(9)
}
