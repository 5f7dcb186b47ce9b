import type { Program } from './program.ts'
import type { Routine } from './scope.ts'

const WRITES: ReadonlySet<string> = new Set(['cell-to', 'pool-to', 'pool-del'])

/**
 * Refuses a function that updates a cell or pool and, while it does, would update another: engines that share them could wait for each
 * other for ever (PFA 0.8.1, concurrent access).
 */
export function checkUpdates(program: Program, routines: ReadonlyMap<string, Routine>): void {
  for (const { routine, form, place } of program.updates) {
    const found = reaches(routine.calls, routines)
    if (found !== undefined) place.refuse(`the function of "${form}" may not update a cell or pool itself; it comes to ${found}`)
  }
}

/** The first thing that writes among what is called from here, directly or not. */
function reaches(calls: ReadonlySet<string>, routines: ReadonlyMap<string, Routine>): string | undefined {
  const seen = new Set<string>()
  const open = [...calls]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue
    seen.add(name)
    if (WRITES.has(name)) return `"${name}"`
    open.push(...(routines.get(name)?.calls ?? []))
  }
  return undefined
}
