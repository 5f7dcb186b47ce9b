import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { archiveFolder } from './archive.ts'
import { type BenchCase, casesOf, FAMILIES } from './cases.ts'
import { compareLoads } from './load.ts'
import { type Peer, startPeer } from './peer.ts'
import { loadProduct } from './product.ts'
import { verifyAnswers } from './verify.ts'
import { type Pace, paceOf, turnByTurn } from '../turn-by-turn.ts'

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
          const [mine, theirs] = await compare(one, { peer, folder, pace: paceOf(quick) })
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
  return await turnByTurn(
    (times) => product.run(times),
    async (times) => peer.run(times),
    { pace, per: product.rows },
  )
}
