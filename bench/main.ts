/**
 * `npm run bench -- [workload…] [--quick] [--save]`: runs the named workloads, or all of them. With --save, what is printed is also
 * written to bench/RESULTS.md, with the date, the machine and the versions.
 * A workload is a file of this folder; each prints its own table and verifies what it measures.
 */
import { parseArgs } from 'node:util'
import { closeStage } from './kafka/stage.ts'
import { KAFKA_WORKLOADS } from './kafka/workloads/index.ts'
import { saveResults } from './results.ts'
import type { Workload } from './workload.ts'

const WORKLOADS: Readonly<Record<string, Workload>> = {
  'hot-path': {
    what: 'protobuf bytes to output bytes with the shared forest, beside the least that such work can cost',
    run: async (quick) => (await import('./hot-path/hot-path.ts')).runHotPath(quick),
  },
  policies: {
    what: 'policies of several models beside the same models without one',
    run: async (quick) => (await import('./policies/policies.ts')).runPolicies(quick),
  },
  embedded: {
    what: 'a backlog of the same records through a whole node, on the embedded logs',
    run: async (quick) => (await import('./embedded/embedded.ts')).runEmbedded(quick),
  },
  pmml: {
    what: 'PMML documents of every family beside JPMML-Evaluator, one thread each, answers compared',
    run: async (quick) => (await import('./pmml/pmml.ts')).runPmml(quick),
  },
  pfa: {
    what: 'PFA documents beside Hadrian, one thread each, answers compared',
    run: async (quick) => (await import('./pfa/pfa.ts')).runPfa(quick),
  },
  models: {
    what: "models of trees beside onnxruntime-node and LightGBM itself, tensor models beside Python's ONNX Runtime, answers compared; a swap",
    run: async (quick) => (await import('./models/models.ts')).runModels(quick),
  },
  forest: { what: "the shared forest with each of the scorer's kernels", run: async () => void (await import('./forest.ts')) },
  ...KAFKA_WORKLOADS,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, save: { type: 'boolean', default: false } },
})
const unknown = positionals.filter((name) => !(name in WORKLOADS))
if (unknown.length > 0) {
  console.error(`no workload ${unknown.join(', ')}; there is`)
  for (const [name, { what }] of Object.entries(WORKLOADS)) console.error(`  ${name.padEnd(14)} ${what}`)
  process.exit(2)
}
const printed = new Map<string, { readonly what: string; readonly lines: string[] }>()
const { log } = console
try {
  for (const name of positionals.length > 0 ? positionals : Object.keys(WORKLOADS)) {
    const { what, run } = WORKLOADS[name]!
    const lines: string[] = []
    printed.set(name, { what, lines })
    log(`\n# ${name}: ${what}`)
    console.log = (...words: unknown[]) => {
      lines.push(words.join(' '))
      log(...words)
    }
    await run(values.quick)
    if (values.save) saveResults(printed, values.quick)
  }
} finally {
  await closeStage()
}
