import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { linesOf } from '../../../../scripts/conformance/pfa/run.ts'
import { isArray, isObject, type JsonObject } from '../document/json.ts'
import { loadEngine } from './load-engine.ts'
import type { PfaEngine } from './pfa-engine.ts'

const shared = process.env['SLUICE_SHARED'] ?? join(import.meta.dirname, '../../../../../shared')
const folder = join(process.env['SLUICE_CONFORMANCE'] ?? join(shared, 'conformance'), 'pfa', 'engine')
const present = existsSync(folder)
if (!present) console.warn(`not run: moving the state of 731 PFA documents, because ${folder} is not there (set SLUICE_CONFORMANCE)`)

function begun(engine: PfaEngine): PfaEngine {
  engine.begin()
  return engine
}

/** What an action gives and emits, or how it fails. */
function told(engine: PfaEngine, call: JsonObject): string {
  try {
    const result = engine.action(engine.readInput(call.get('input')))
    const values = engine.document.method === 'emit' ? engine.emitted : [result]
    return values.map((value) => engine.writeOutput(value)).join()
  } catch (error) {
    return `failed: ${(error as Error).message}`
  }
}

/** The documents that load and begin, with their actions. */
function* documents(): Iterable<{ id: string; engine: PfaEngine; calls: JsonObject[] }> {
  for (const file of readdirSync(folder)) {
    for (const test of linesOf(join(folder, file))) {
      const calls = test.get('calls')
      if (!isArray(calls) || test.get('pseudorandom') === true) continue
      const actions = calls.filter(isObject).filter((call) => call.get('method') === 'action')
      try {
        yield { id: JSON.stringify(test.get('id')), engine: begun(loadEngine(test.get('pfa')!, { bytes: 'base64' })), calls: actions }
      } catch {
        // It is not about documents that do not begin.
      }
    }
  }
}

describe.skipIf(!present)('the state of a document that moves to another engine before each action', () => {
  it('makes no difference to what the actions give', () => {
    const differences: string[] = []
    let [moves, stateful] = [0, 0]
    for (const { id, engine, calls } of documents()) {
      if (engine.hasState) stateful++
      let moved = begun(engine.fork())
      for (const [i, call] of calls.entries()) {
        if (engine.hasState) {
          const snapshot = moved.snapshot('written')
          moved = begun(engine.fork())
          moved.restore(snapshot)
          if (moved.snapshot('written') !== snapshot)
            differences.push(`${id}, action ${i}: ${snapshot} became ${moved.snapshot('written')}`)
          moves++
        } else moved = begun(engine.fork())
        const [stayed, went] = [told(engine, call), told(moved, call)]
        if (stayed !== went) differences.push(`${id}, action ${i}: ${went} instead of ${stayed}`)
      }
    }
    expect(differences.slice(0, 10)).toEqual([])
    expect(moves).toBeGreaterThan(200)
    expect(stateful).toBeGreaterThan(50)
  })
})
