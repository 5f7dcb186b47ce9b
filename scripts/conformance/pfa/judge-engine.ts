import { isArray, isObject, type Json, type JsonObject, numberOf, parseJson } from '../../../src/models/pfa/document/json.ts'
import { loadEngines } from '../../../src/models/pfa/engine/load-engine.ts'
import type { PfaEngine } from '../../../src/models/pfa/engine/pfa-engine.ts'
import { PfaStopError } from '../../../src/models/pfa/engine/stop-error.ts'
import { PfaRuntimeError } from '../../../src/models/pfa/values/runtime-error.ts'
import { difference, show } from './same-value.ts'

/** What a whole document does otherwise than expected, or undefined: its calls, what they emit, their errors, and the state after each. */
export function judgeEngine(test: JsonObject): string | undefined {
  const refused = test.get('loadError')
  let engines: readonly PfaEngine[]
  try {
    const instances = test.get('multiplicity')
    engines = loadEngines(test.get('pfa')!, { bytes: 'base64', instances: typeof instances === 'number' ? instances : 1 })
  } catch (error) {
    return refused === undefined ? `refused: ${String(error)}` : undefined
  }
  if (refused !== undefined) return `accepted; expected is ${show(refused)}`
  const calls = test.get('calls')
  if (!isArray(calls)) return 'no calls'
  const begun = calls.some((call) => isObject(call) && call.get('method') === 'begin')
  if (!begun) for (const engine of engines) engine.begin()
  for (const [i, call] of calls.entries()) {
    const problem = isObject(call) ? judgeCall(engines, call, test.get('pseudorandom') === true) : 'not a call'
    if (problem !== undefined) return `call ${i}: ${problem}`
  }
  return undefined
}

function judgeCall(engines: readonly PfaEngine[], call: JsonObject, random: boolean): string | undefined {
  const instance = call.get('instance')
  const engine = engines[typeof instance === 'number' ? instance : 0]!
  let found: Json = null
  let failure: unknown
  try {
    found = run(engine, call)
  } catch (error) {
    failure = error
  }
  const problem = judgeError(call.get('error'), failure)
  if (problem !== undefined) return problem
  if (random) return undefined
  const emitted = engine.emitted.map((value) => parseJson(engine.writeOutput(value)))
  return (
    (call.has('output') ? difference(call.get('output')!, found) : undefined) ??
    (call.has('emits') ? difference(call.get('emits')!, emitted, 'what is emitted') : undefined) ??
    judgeState(call.get('state'), engine, failure !== undefined)
  )
}

function run(engine: PfaEngine, call: JsonObject): Json {
  const method = call.get('method')
  if (method === 'begin') engine.begin()
  else if (method === 'end') engine.end()
  else {
    const result = engine.action(engine.readInput(call.get('input')))
    return engine.document.method === 'emit' ? null : parseJson(engine.writeOutput(result))
  }
  return null
}

function judgeError(expected: Json | undefined, failure: unknown): string | undefined {
  if (!isObject(expected)) return failure === undefined ? undefined : textOf(failure)
  if (failure === undefined) return `no error; expected is ${show(expected)}`
  const kind = kindOf(failure)
  const code = failure instanceof PfaRuntimeError ? failure.code : undefined
  const same = kind === expected.get('type') && (!expected.has('code') || code === expected.get('code'))
  return same ? undefined : `${textOf(failure)} (${kind} ${code}); expected is ${show(expected)}`
}

function textOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : 'something else was thrown'
}

function kindOf(failure: unknown): string {
  if (failure instanceof PfaRuntimeError) return failure.origin === 'error' ? 'PFAUserException' : 'PFARuntimeException'
  const cause = failure instanceof Error ? failure.cause : undefined
  // A run may be stopped for the room that it asks for before it has taken too long.
  return cause instanceof PfaStopError ? 'PFATimeoutException' : 'another error'
}

/**
 * How states differ. The reference engine shows a number in a union of numbers as the first type that it can be made to fit, cut to an
 * integer if need be: `{"double": 3.5}` as `{"int": 3}`.
 */
function stateDifference(expected: Json, found: Json, path: string): string | undefined {
  const cut = (shown: Json, own: Json): Json => {
    if (isArray(shown) && isArray(own)) return own.map((part, i) => cut(shown[i] ?? null, part))
    if (!isObject(shown) || !isObject(own)) return own
    const number = numberOf(own.get('double') ?? own.get('float') ?? own.get('long'))
    const first = shown.get('int')
    if (own.size === 1 && number !== undefined && typeof first === 'number' && Math.trunc(number) === first) return shown
    return new Map([...own].map(([key, part]) => [key, cut(shown.get(key) ?? null, part)]))
  }
  return difference(expected, cut(expected, found), path)
}

/**
 * Judges cells and pools. A pool that rolls back is left out after a call that failed: the reference engines show it as it was before they
 * rolled it back, which the next call does not see any more.
 */
function judgeState(expected: Json | undefined, engine: PfaEngine, failed: boolean): string | undefined {
  if (!isObject(expected)) return undefined
  const pools = engine.document.json.get('pools')
  const snapshot = parseJson(engine.snapshot()) as JsonObject
  for (const [name, value] of expected) {
    const [kind, store] = name.split(':')
    const declared = isObject(pools) && kind === 'pool' ? pools.get(store!) : undefined
    if (failed && isObject(declared) && declared.get('rollback') === true) continue
    const stores = snapshot.get(`${kind}s`)
    const found = isObject(stores) ? stores.get(store!) : undefined
    const problem = found === undefined ? `there is no ${name}` : stateDifference(value, found, name)
    if (problem !== undefined) return problem
  }
  return undefined
}
