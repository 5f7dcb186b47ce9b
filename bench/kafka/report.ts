import type { Failed, Throughput } from './throughput.ts'

/** A goal in words, and whether the figures reach it. */
export interface Goal {
  readonly text: string
  readonly reached: (nanosPerRecord: (system: string) => number | undefined) => boolean | undefined
}

/** Prints one line for each system, with how many times the CPU time of the first it takes, and the goals. */
export function printThroughput(results: readonly (Throughput | Failed)[], goals: readonly Goal[]): void {
  const [own] = results
  const of = (system: string): number | undefined => {
    const found = results.find(({ name }) => name === system)
    return found !== undefined && 'nanosPerRecord' in found ? found.nanosPerRecord : undefined
  }
  for (const result of results) {
    if ('failure' in result) {
      console.log(`${result.name.padEnd(38)} not measured: ${result.failure.split('\n')[0]}`)
      console.error(result.failure)
      continue
    }
    const { name, nanosPerRecord, recordsPerSecond, records, spread } = result
    const ratio = own !== undefined && 'nanosPerRecord' in own && result !== own ? nanosPerRecord / own.nanosPerRecord : undefined
    const cells = [
      name.padEnd(38),
      `${Math.round(nanosPerRecord).toString().padStart(7)} ns CPU a record`,
      `(${Math.round(spread[0])} to ${Math.round(spread[1])})`.padEnd(18),
      `${Math.round(recordsPerSecond).toString().padStart(7)} records/s`,
      `${records} verified`,
      ratio === undefined ? '' : `${ratio.toFixed(1)} x`,
    ]
    console.log(cells.join('  ').trimEnd())
  }
  for (const { text, reached } of goals) {
    const is = reached(of)
    console.log(`goal: ${text}: ${is === undefined ? 'not measured' : is ? 'reached' : 'missed'}`)
  }
}

/** At most so many ns. */
export function atMost(system: string, nanos: number): Goal {
  return {
    text: `${system} at most ${nanos} ns`,
    reached(of) {
      const measured = of(system)
      return measured === undefined ? undefined : measured <= nanos
    },
  }
}

/** A peer takes at least so many times the CPU time of `system`. */
export function timesFaster(system: string, factor: number, peer: string): Goal {
  return {
    text: `${factor} times faster than ${peer}`,
    reached(of) {
      const [own, other] = [of(system), of(peer)]
      return own === undefined || other === undefined ? undefined : other / own >= factor
    },
  }
}
