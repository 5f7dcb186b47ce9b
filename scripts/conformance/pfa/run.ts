import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { isArray, isObject, type JsonObject, parseJson } from '../../../src/models/pfa/document/json.ts'
import { conformanceFolder } from '../unpack.ts'
import { judgeEngine } from './judge-engine.ts'
import { judgeFunction } from './judge-functions.ts'

const SHOWN_PER_FUNCTION = 3

interface Counts {
  passed: number
  failed: number
}

/** Judges all PFA cases of a folder; with `full` also functions-full, which takes minutes. Answers whether all passed. */
export function runPfa(folder = conformanceFolder(), full = false): boolean {
  const root = existsSync(join(folder, 'pfa')) ? join(folder, 'pfa') : folder
  const tally = new Map<string, Counts>()
  for (const test of functionTests(root, full)) {
    const name = textOf(test, 'function')
    const { passed, failures } = judgeFunction(test)
    count(tally, moduleOf(name), { passed, failed: failures.length })
    for (const failure of failures.slice(0, SHOWN_PER_FUNCTION)) console.log(`${name} ${textOf(test, 'index')}: ${failure}`)
    if (failures.length > SHOWN_PER_FUNCTION) console.log(`${name}: … ${failures.length - SHOWN_PER_FUNCTION} more`)
  }
  const apart = judgeEngines(root, tally)
  printTable(tally)
  console.log('')
  for (const line of apart) console.log(line)
  const [passed, failed] = [sum(tally, 'passed'), sum(tally, 'failed')]
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0
}

/** The tests of functions, where the folder has them. */
function* functionTests(root: string, full: boolean): Iterable<JsonObject> {
  const lite = join(root, 'functions-lite.jsonl.gz')
  if (existsSync(lite)) yield* linesOf(lite)
  const whole = join(root, 'functions-full.json.gz')
  if (!full || !existsSync(whole)) return
  const json = parseJson(gunzipSync(readFileSync(whole)).toString())
  const tests = isObject(json) ? json.get('pfa-tests') : json
  if (isArray(tests)) for (const test of tests) if (isObject(test)) yield test
}

/** Whole documents. Those on which the reference engines do not agree are listed apart, and not counted. */
function judgeEngines(root: string, tally: Map<string, Counts>): readonly string[] {
  const folder = join(root, 'engine')
  const apart: string[] = []
  if (!existsSync(folder)) return apart
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz'))) {
    for (const test of linesOf(join(folder, file))) {
      const problem = judgeEngine(test)
      const name = `${textOf(test, 'id')} ${textOf(test, 'source')}`
      if (test.get('agree') !== true) {
        const reason = test.get('agree') === false ? 'the reference engines differ' : 'only one reference engine answered'
        apart.push(`not counted, ${reason}: ${name}: ${problem ?? 'as the first engine has it'}`)
        continue
      }
      count(tally, `engine ${file.split('.')[0]}`, { passed: problem === undefined ? 1 : 0, failed: problem === undefined ? 0 : 1 })
      if (problem !== undefined) console.log(`${name}: ${problem}`)
    }
  }
  return apart
}

export function* linesOf(path: string): Iterable<JsonObject> {
  for (const line of gunzipSync(readFileSync(path)).toString().split('\n')) {
    const json = line === '' ? undefined : parseJson(line)
    if (isObject(json)) yield json
  }
}

function textOf(test: JsonObject, key: string): string {
  const value = test.get(key)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function moduleOf(name: string): string {
  return name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : 'core'
}

function count(tally: Map<string, Counts>, key: string, { passed, failed }: Counts): void {
  const counts = tally.get(key) ?? { passed: 0, failed: 0 }
  counts.passed += passed
  counts.failed += failed
  tally.set(key, counts)
}

function sum(tally: ReadonlyMap<string, Counts>, key: keyof Counts): number {
  return [...tally.values()].reduce((total, counts) => total + counts[key], 0)
}

function printTable(tally: ReadonlyMap<string, Counts>): void {
  console.log(`\n${'module'.padEnd(24)} ${'passed'.padStart(8)} ${'failed'.padStart(8)}`)
  for (const [name, { passed, failed }] of [...tally].toSorted(([x], [y]) => (x < y ? -1 : 1))) {
    console.log(`${name.padEnd(24)} ${String(passed).padStart(8)} ${String(failed).padStart(8)}`)
  }
}
