import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Runtime } from '../../../src/core/model.ts'
import { createOnnxRuntime } from '../../../src/models/onnx/onnx-runtime.ts'
import { createNativeRuntime } from '../../../src/models/tensorflow-native/native-runtime.ts'
import { createTensorFlowRuntime } from '../../../src/models/tensorflow/tensorflow-runtime.ts'
import { cached } from '../../../test/setup/cache.ts'
import { run } from '../../../test/setup/run.ts'
import { fetchTensorFlowLibraries } from '../../../test/setup/tensorflow/fetch.ts'
import { conformanceFolder } from '../unpack.ts'
import { judge, type TensorFlowCase } from './judge.ts'

/** Cases that TensorFlow's own loader of sessions, which TensorFlow Serving has too, can't load: it says that a variable is not there. */
const NOT_NATIVE = ['two-inputs-two-outputs', 'keras-saved-directly']

type Runtimes = Readonly<Record<TensorFlowCase['format'], Runtime>>

/**
 * Makes models with TensorFlow and Keras in Python, scores their records, and compares with what TensorFlow answers in Python: first
 * converted to ONNX, then run by TensorFlow itself through its C API. The models are
 * made in `folder` where it is given; where it holds what make.py made before, that is judged as it is.
 */
export async function runTensorFlow(folder: string | undefined): Promise<boolean> {
  const made = folder ?? mkdtempSync(join(tmpdir(), 'sluice-tensorflow-'))
  try {
    if (!existsSync(join(made, 'index.json'))) await make(made)
    return await judgeAll(made)
  } finally {
    if (folder === undefined) rmSync(made, { recursive: true })
  }
}

async function make(folder: string): Promise<void> {
  const tutorial = join(conformanceFolder(), '../tutorial/data')
  if (!existsSync(tutorial)) console.warn(`not run: the tutorial's models, because ${tutorial} is not there (set SLUICE_SHARED)`)
  const python = join(await fetchTensorFlow(), 'bin/python')
  await run(python, ['-B', join(import.meta.dirname, 'make.py'), folder, existsSync(tutorial) ? tutorial : '-'])
}

/** The virtual environment with the packages of requirements.txt, in the cache: made by pip where it is not there. Needs Python 3.11 or later. */
async function fetchTensorFlow(): Promise<string> {
  const requirements = join(import.meta.dirname, 'requirements.txt')
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16)
  return cached(`tensorflow-python-${hash}`, async (directory) => {
    await run('python3', ['-m', 'venv', directory])
    await run(join(directory, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--requirement', requirements])
  })
}

async function judgeAll(folder: string): Promise<boolean> {
  const names = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as readonly string[]
  const onnx = createOnnxRuntime({ threads: 1 })
  const converted = await judgeWith(folder, names, {
    tensorflow: createTensorFlowRuntime('tensorflow', onnx),
    'tensorflow-saved': createTensorFlowRuntime('tensorflow-saved', onnx),
  })
  await onnx[Symbol.asyncDispose]?.()
  const libraries = await fetchTensorFlowLibraries()
  console.log('\nby TensorFlow itself')
  for (const name of NOT_NATIVE) console.log(`not run: ${name}, which TensorFlow's loader of sessions does not restore`)
  const loadable = names.filter((name) => !NOT_NATIVE.includes(name))
  const native = await judgeWith(folder, loadable, {
    tensorflow: createNativeRuntime({ format: 'tensorflow', libraries, threads: 1 }),
    'tensorflow-saved': createNativeRuntime({ format: 'tensorflow-saved', libraries, threads: 1 }),
  })
  console.log(`\n${converted.passed + native.passed} passed, ${converted.failed + native.failed} failed`)
  return converted.failed + native.failed === 0 && converted.passed > 0
}

async function judgeWith(folder: string, names: readonly string[], runtimes: Runtimes): Promise<{ passed: number; failed: number }> {
  const counts = { passed: 0, failed: 0 }
  console.log(`${'case'.padEnd(40)} ${'records'.padStart(7)} ${'off by'.padStart(9)}`)
  for (const name of names) {
    const one = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as TensorFlowCase
    const { records, largest, problem } = await judge(one, readFileSync(join(folder, one.file)), runtimes[one.format])
    const verdict = problem === undefined ? '' : `  FAILED: ${problem}`
    console.log(`${name.padEnd(40)} ${String(records).padStart(7)} ${largest.toExponential(1).padStart(9)}${verdict}`)
    counts[problem === undefined ? 'passed' : 'failed']++
  }
  for (const runtime of Object.values(runtimes)) await runtime[Symbol.asyncDispose]?.()
  return counts
}
