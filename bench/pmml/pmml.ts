import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { archiveFolder } from './archive.ts'
import { type BenchCase, casesOf, FAMILIES } from './cases.ts'
import { compareLoads } from './load.ts'
import { type Peer, startPeer } from './peer.ts'
import { loadProduct } from './product.ts'
import { verifyAnswers } from './verify.ts'

interface Pace {
  /** CPU nanoseconds that one measurement takes, about. */
  readonly slice: number
  readonly repeats: number
  readonly warmUp: number
}

const PACE: Pace = { slice: 3e8, repeats: 9, warmUp: 8 }
const QUICK: Pace = { slice: 1e8, repeats: 3, warmUp: 4 }

/**
 * Prints what a record costs beside JPMML-Evaluator, both on one thread, warmed, turn by turn; every answer is compared first. Families
 * can be chosen with `SLUICE_BENCH_FAMILIES`, a regular expression.
 */
export async function runPmml(quick: boolean): Promise<void> {
  const archive = await archiveFolder()
  const wanted = new RegExp(process.env['SLUICE_BENCH_FAMILIES'] ?? '')
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-pmml-'))
  console.log('CPU ns a record'.padEnd(64), 'Sluice'.padStart(9), 'JPMML'.padStart(9), 'ratio'.padStart(8), 'goal'.padStart(5))
  try {
    // One thread of the collector, so that CPU time is not spent on its threads' waiting for each other.
    await using peer = await startPeer(['-XX:+UseSerialGC'])
    for (const family of FAMILIES.filter(({ name }) => wanted.test(name))) {
      for (const one of casesOf(family, { archive, folder, quick })) {
        const label = `${family.name.padEnd(16)}${one.name}`.padEnd(64)
        try {
          const [mine, theirs] = await compare(one, { peer, folder, pace: quick ? QUICK : PACE })
          const ratio = theirs / mine
          const verdict = ratio >= family.goal ? '' : '  MISSED'
          console.log(label, ns(mine), ns(theirs), ratio.toFixed(1).padStart(8), `${family.goal}`.padStart(5) + verdict)
        } catch (error) {
          console.log(label, `FAILED: ${error instanceof Error ? error.message : String(error)}`.slice(0, 200))
        }
      }
    }
    if (wanted.test('load')) await compareLoads(folder, quick)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function ns(value: number): string {
  return value.toFixed(0).padStart(9)
}

/** Median CPU ns a record, of the product and of the peer. */
async function compare(one: BenchCase, context: { peer: Peer; folder: string; pace: Pace }): Promise<readonly [number, number]> {
  const { peer, folder, pace } = context
  await peer.load(one.document, one.rows)
  using product = await loadProduct(one.document, one.rows)
  const written = join(folder, 'answers.tsv')
  await peer.write(written)
  verifyAnswers(product.answers(), readFileSync(written, 'utf8').trimEnd().split('\n'), one.tolerance)
  const mine = await timesFor((times) => product.run(times), pace)
  const theirs = await timesFor(async (times) => peer.run(times), pace)
  const costs: [number[], number[]] = [[], []]
  for (let repeat = 0; repeat < pace.repeats; repeat++) {
    costs[0].push(product.run(mine) / (mine * product.rows))
    costs[1].push((await peer.run(theirs)) / (theirs * product.rows))
  }
  return [median(costs[0]), median(costs[1])]
}

/** Warms up; answers how many rounds over the rows take about a slice. */
async function timesFor(run: (times: number) => number | Promise<number>, { slice, warmUp }: Pace): Promise<number> {
  let times = 1
  for (let spent = 0; spent < slice * warmUp;) {
    const used = await run(times)
    spent += used
    if (used < slice) times = Math.max(times, Math.min(times * 4, Math.ceil((times * slice) / Math.max(used, 1000))))
  }
  return times
}

function median(costs: readonly number[]): number {
  return costs.toSorted((a, b) => a - b)[costs.length >> 1]!
}
