import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ForestShape, writeForest } from './generated.ts'
import { startPeer } from './peer.ts'

/** About 122 MB as a document. */
const LARGE: ForestShape = { trees: 396, depth: 11, features: 12, earlyLeaves: 0.08 }
const QUICK: ForestShape = { ...LARGE, trees: 40 }

interface Load {
  readonly score: number
  /** Seconds. */
  readonly wall: number
  readonly cpu: number
  /** Megabytes. */
  readonly peak: number
}

/** Prints what it takes to load a large forest and score one record, each engine in a fresh process; Sluice as it is installed. */
export async function compareLoads(folder: string, quick: boolean): Promise<void> {
  const document = join(folder, 'large.pmml')
  writeForest(document, quick ? QUICK : LARGE)
  const rows = join(folder, 'large.tsv')
  const names = Array.from({ length: LARGE.features }, (_, i) => `x${i + 1}`)
  writeFileSync(rows, `${names.join('\t')}\n${names.map(() => '0.5').join('\t')}\n`)
  const root = join(import.meta.dirname, '../..')
  const built = join(folder, 'built')
  execFileSync(process.execPath, [join(root, 'scripts/build.ts'), '--out', built])
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const once = join(import.meta.dirname, 'load-once.mjs')
  const mine = JSON.parse(execFileSync(process.execPath, [once, join(built, 'src'), document], { encoding: 'utf8' })) as Load
  const theirs = await loadPeer(document, rows)
  if (Math.abs(mine.score - theirs.score) > 1e-9 * Math.abs(theirs.score)) throw new Error(`${mine.score} is not ${theirs.score}`)
  const megabytes = statSync(document).size / 2 ** 20
  console.log(
    `load and first score of a forest of ${megabytes.toFixed(0)} MB`.padEnd(48),
    'Sluice'.padStart(9),
    'JPMML'.padStart(9),
    'share',
  )
  for (const [name, unit] of [
    ['wall', 's'],
    ['cpu', 's'],
    ['peak', 'MB'],
  ] as const) {
    const share = mine[name] / theirs[name]
    const verdict = share <= 1 / 3 ? '' : '  MISSED 0.33'
    console.log(
      `  ${name}, ${unit}`.padEnd(48),
      mine[name].toFixed(1).padStart(9),
      theirs[name].toFixed(1).padStart(9),
      share.toFixed(2) + verdict,
    )
  }
}

async function loadPeer(document: string, rows: string): Promise<Load> {
  await using peer = await startPeer([])
  const [start, before] = [performance.now(), await peer.cpu()]
  await peer.load(document, rows)
  await peer.run(1)
  const wall = (performance.now() - start) / 1000
  const cpu = ((await peer.cpu()) - before) / 1e9
  const written = `${rows}.answers`
  await peer.write(written)
  return { score: Number(readFileSync(written, 'utf8').trim()), wall, cpu, peak: (await peer.peak()) / 1024 }
}
