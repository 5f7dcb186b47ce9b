import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseJson } from '../../src/models/pfa/document/json.ts'
import { difference } from '../../scripts/conformance/pfa/same-value.ts'
import { type BenchDocument, clusters, forest, reshaping, statistics } from './documents.ts'
import { type Peer, startPeer } from './peer.ts'
import { loadProduct, type Product } from './product.ts'
import { type Pace, paceOf, turnByTurn } from '../turn-by-turn.ts'

interface Task {
  readonly name: string
  readonly what: 'run' | 'json' | 'loads'
  readonly make: () => BenchDocument
  readonly goal: number
}

const TASKS: readonly Task[] = [
  { name: 'forest of 50 trees, depth 8', what: 'run', make: () => forest(), goal: 5 },
  { name: 'k-means, 20 clusters of 10', what: 'run', make: clusters, goal: 3 },
  { name: 'running statistics in a pool', what: 'run', make: statistics, goal: 2.5 },
  { name: 'JSON in, JSON out', what: 'json', make: reshaping, goal: 4 },
  { name: 'load of 50 trees', what: 'loads', make: () => forest(), goal: 50 },
]

/**
 * Prints what a record (or a load) costs beside Hadrian, both warmed, turn by turn; every answer is compared first. In a process whose collector has one
 * thread, as the peer's has: threads that wait for each other, and for a processor, would count as CPU time.
 */
export async function runPfa(quick: boolean): Promise<void> {
  const source = `import { measurePfa } from ${JSON.stringify(import.meta.url)}; await measurePfa(${quick})`
  const child = spawn(process.execPath, ['--single-threaded-gc', '--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout })) console.log(line)
  const [code] = await ended
  if (code !== 0) throw new Error('the measurement failed')
}

/** The measurement itself, in this process. @public */
export async function measurePfa(quick: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-pfa-'))
  console.log(
    'CPU ns a record, or a load'.padEnd(36),
    'Sluice'.padStart(12),
    'Hadrian'.padStart(12),
    'ratio'.padStart(8),
    'goal'.padStart(5),
  )
  try {
    await using peer = await startPeer()
    for (const task of TASKS) {
      const [mine, theirs] = await compare(task, { peer, folder, pace: paceOf(quick) })
      const ratio = theirs / mine
      const missed = ratio >= task.goal ? '' : '  MISSED'
      console.log(task.name.padEnd(36), ns(mine), ns(theirs), ratio.toFixed(1).padStart(8), `${task.goal}`.padStart(5) + missed)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function ns(value: number): string {
  return value.toFixed(0).padStart(12)
}

async function compare(
  { what, make }: Task,
  { peer, folder, pace }: { peer: Peer; folder: string; pace: Pace },
): Promise<readonly [number, number]> {
  const { document, rows } = make()
  const [documentFile, rowsFile] = [join(folder, 'document.pfa'), join(folder, 'rows.ndjson')]
  writeFileSync(documentFile, JSON.stringify(document))
  writeFileSync(rowsFile, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`)
  await peer.load(documentFile, rowsFile)
  const product = loadProduct(documentFile, rowsFile)
  await verify(product, peer, join(folder, 'answers.ndjson'))
  const per = what === 'loads' ? 1 : product.rows
  return turnByTurn(
    (times) => product[what](times),
    async (times) => peer[what](times),
    { pace, per },
  )
}

/** Both engines are fresh here, so that those with state answer alike. */
async function verify(product: Product, peer: Peer, file: string): Promise<void> {
  await peer.write(file)
  const theirs = readFileSync(file, 'utf8').trimEnd().split('\n')
  const mine = product.answers()
  if (theirs.length !== mine.length) throw new Error(`${mine.length} answers beside ${theirs.length}`)
  for (const [i, answer] of mine.entries()) {
    const problem = difference(parseJson(theirs[i]!), parseJson(answer))
    if (problem !== undefined) throw new Error(`row ${i}: ${problem}`)
  }
}
