/**
 * `npm run bench -- [workload…] [--quick]`: runs the named workloads, or all of them.
 * A workload is a file of this folder; each prints its own table and verifies what it measures.
 */
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
  forest: { what: "the shared forest with each of the scorer's kernels", run: async () => void (await import('./forest.ts')) },
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean', default: false } } })
const unknown = positionals.filter((name) => !(name in WORKLOADS))
if (unknown.length > 0) {
  console.error(`no workload ${unknown.join(', ')}; there is`)
  for (const [name, { what }] of Object.entries(WORKLOADS)) console.error(`  ${name.padEnd(10)} ${what}`)
  process.exit(2)
}
for (const name of positionals.length > 0 ? positionals : Object.keys(WORKLOADS)) {
  console.log(`\n# ${name}: ${WORKLOADS[name]!.what}`)
  await WORKLOADS[name]!.run(values.quick)
}
