import type { Verdict } from './judge-case.ts'

const SHOWN = 400

/** Counts verdicts by family, and prints those that failed as they come. */
export class Tally {
  passed = 0
  failed = 0
  readonly families = new Map<string, { passed: number; failed: number; compared: number }>()

  add(family: string, id: string, verdict: Verdict): void {
    let entry = this.families.get(family)
    if (entry === undefined) this.families.set(family, (entry = { passed: 0, failed: 0, compared: 0 }))
    entry.compared += verdict.compared
    if (verdict.problem === undefined) {
      entry.passed++
      this.passed++
      return
    }
    entry.failed++
    this.failed++
    console.log(`failed ${id}: ${verdict.problem.slice(0, SHOWN)}`)
  }
}

export function printTable(tally: Tally): void {
  console.log(`\n${'family'.padEnd(28)}${'passed'.padStart(8)}${'failed'.padStart(8)}${'values'.padStart(12)}`)
  for (const [family, { passed, failed, compared }] of [...tally.families].sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`${family.padEnd(28)}${String(passed).padStart(8)}${String(failed).padStart(8)}${String(compared).padStart(12)}`)
  }
}
