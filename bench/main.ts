/**
 * `npm run bench -- [workload…] [--quick] [--save]`: runs the named workloads, or all of them. With --save, what is printed is also
 * written to bench/RESULTS.md, with the date, the machine and the versions.
 * A workload is a file of this folder; each prints its own table and verifies what it measures.
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const WORKLOADS: Readonly<Record<string, { readonly what: string; run(quick: boolean): Promise<void> }>> = {
  'hot-path': {
    what: 'protobuf bytes to output bytes with the shared forest, beside the least that such work can cost',
    run: async (quick) => (await import('./hot-path/hot-path.ts')).runHotPath(quick),
  },
  embedded: {
    what: 'a backlog of the same records through a whole node, on the embedded logs',
    run: async (quick) => (await import('./embedded/embedded.ts')).runEmbedded(quick),
  },
  pmml: {
    what: 'PMML documents of every family beside JPMML-Evaluator, one thread each, answers compared',
    run: async (quick) => (await import('./pmml/pmml.ts')).runPmml(quick),
  },
  forest: { what: "the shared forest with each of the scorer's kernels", run: async () => void (await import('./forest.ts')) },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, save: { type: 'boolean', default: false } },
})
const unknown = positionals.filter((name) => !(name in WORKLOADS))
if (unknown.length > 0) {
  console.error(`no workload ${unknown.join(', ')}; there is`)
  for (const [name, { what }] of Object.entries(WORKLOADS)) console.error(`  ${name.padEnd(10)} ${what}`)
  process.exit(2)
}
const printed: string[] = []
const { log } = console
console.log = (...words: unknown[]) => {
  printed.push(words.join(' '))
  log(...words)
}
for (const name of positionals.length > 0 ? positionals : Object.keys(WORKLOADS)) {
  console.log(`\n# ${name}: ${WORKLOADS[name]!.what}`)
  await WORKLOADS[name]!.run(values.quick)
}
if (values.save) {
  const versions = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpus()[0]!.model}, Node ${process.version}`
  const page = `# Results\n\nWhat \`npm run bench -- --save\` printed last (${versions}). CPU times are of one core.\n\n\`\`\`\n${printed.join('\n').trim()}\n\`\`\`\n`
  writeFileSync(join(import.meta.dirname, 'RESULTS.md'), page)
}
