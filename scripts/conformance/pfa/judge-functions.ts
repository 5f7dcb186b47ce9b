import { isArray, isObject, type Json, type JsonObject } from '../../../src/models/pfa/document/json.ts'
import { parseJson } from '../../../src/models/pfa/document/json.ts'
import { loadEngine } from '../../../src/models/pfa/engine/load-engine.ts'
import type { PfaEngine } from '../../../src/models/pfa/engine/pfa-engine.ts'
import { PfaRuntimeError } from '../../../src/models/pfa/values/runtime-error.ts'
import { difference, show, sorted } from './same-value.ts'

export interface Verdict {
  readonly passed: number
  /** One line per trial that failed. */
  readonly failures: readonly string[]
}

/** Judges one document of functions-lite or functions-full: each trial is one call of a function. */
export function judgeFunction(test: JsonObject): Verdict {
  const trials = test.get('trials')
  if (!isArray(trials)) return { passed: 0, failures: ['no trials'] }
  let engine: PfaEngine
  try {
    engine = loadEngine(test.get('engine')!, { bytes: 'base64' })
  } catch (error) {
    return { passed: 0, failures: trials.map(() => `refused: ${String(error)}`) }
  }
  const failures: string[] = []
  for (const trial of trials) {
    const problem = isObject(trial) ? judgeTrial(engine, trial) : 'not a trial'
    if (problem !== undefined) failures.push(problem)
  }
  return { passed: trials.length - failures.length, failures }
}

function judgeTrial(engine: PfaEngine, trial: JsonObject): string | undefined {
  const sample = trial.get('sample')!
  const kind = trial.get('nondeterministic')
  let found: Json
  try {
    found = parseJson(engine.writeOutput(engine.action(engine.readInput(sample))))
  } catch (error) {
    if (error instanceof PfaRuntimeError && error.code === trial.get('error')) return undefined
    return `${show(sample)}: ${String(error)}${error instanceof PfaRuntimeError ? ` (${error.code})` : ''} in place of ${expectation(trial)}`
  }
  if (trial.has('error')) return `${show(sample)}: ${show(found)} in place of ${expectation(trial)}`
  if (kind === 'pseudorandom' || kind === 'unstable') return undefined
  const expected = trial.get('result')!
  const problem = kind === 'unordered' ? difference(sorted(expected), sorted(found)) : difference(expected, found)
  return problem && `${show(sample)}: ${problem}`
}

function expectation(trial: JsonObject): string {
  return trial.has('error') ? `error ${show(trial.get('error')!)}` : show(trial.get('result') ?? null)
}
