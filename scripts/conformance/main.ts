/**
 * `npm run conformance -- <suite> [folder]`: judges every case that is found in the folder (by default ../shared/conformance), prints a
 * line per failing case and a table, and closes with `N passed, N failed`. Fails where a case fails, or where there is none.
 */
const SUITES: Readonly<Record<string, { readonly what: string; run(folder: string | undefined, full: boolean): Promise<boolean> }>> = {
  pmml: {
    what: 'PMML documents with the outputs that other libraries give',
    run: async (folder) => (await import('./pmml/run.ts')).runPmml(folder),
  },
  pfa: {
    what: 'calls of all PFA functions and whole PFA documents, as two reference engines answer them (--full: a million calls)',
    run: async (folder, full) => (await import('./pfa/run.ts')).runPfa(folder, full),
  },
  tensorflow: {
    what: 'models of TensorFlow 1 and 2 and Keras, made here with TensorFlow, with what it answers',
    run: async (folder) => (await import('./tensorflow/run.ts')).runTensorFlow(folder),
  },
  trees: {
    what: 'models of LightGBM, XGBoost, CatBoost and scikit-learn, made here with these libraries, with what they answer',
    run: async (folder) => (await import('./trees/run.ts')).runTrees(folder),
  },
}

const full = process.argv.includes('--full')
const [name, folder] = process.argv.slice(2).filter((word) => word !== '--full')
const suite = name !== undefined && Object.hasOwn(SUITES, name) ? SUITES[name] : undefined
if (suite === undefined) {
  console.error(`${name === undefined ? 'name a suite' : `no suite ${name}`}; there is`)
  for (const [known, { what }] of Object.entries(SUITES)) console.error(`  ${known.padEnd(12)} ${what}`)
  process.exit(2)
}
process.exitCode = (await suite.run(folder, full)) ? 0 : 1
