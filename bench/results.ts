import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

const FILE = join(import.meta.dirname, 'RESULTS.md')
const HEAD = '# Results\n\nWhat `npm run bench -- [workload…] --save` printed last for each workload. CPU times are of one core.\n'

/** Replaces the sections of these workloads in RESULTS.md, each with when it ran, on what, and whether it was a short run; the others stay. */
export function saveResults(
  printed: ReadonlyMap<string, { readonly what: string; readonly lines: readonly string[] }>,
  quick: boolean,
): void {
  const sections = new Map<string, string>()
  const before = existsSync(FILE) ? readFileSync(FILE, 'utf8') : ''
  for (const section of before.split(/^## /m).slice(1)) sections.set(section.slice(0, section.indexOf('\n')), section)
  const time = `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const machine = `${time}, ${cpus().length} x ${cpus()[0]!.model}, Node ${process.version}${quick ? ', a short run (--quick)' : ''}`
  for (const [name, { what, lines }] of printed) {
    sections.set(name, `${name}\n\n${what}. ${machine}.\n\n\`\`\`\n${lines.join('\n').trim()}\n\`\`\`\n\n`)
  }
  writeFileSync(FILE, `${HEAD}\n${[...sections.values()].map((section) => `## ${section.trim()}\n`).join('\n')}`)
}
