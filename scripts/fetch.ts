import { fetchKafka } from '../test/setup/kafka/fetch.ts'
import { fetchTensorFlowLibraries } from '../test/setup/tensorflow/fetch.ts'

/** `npm run fetch -- <what>`: fetches into the cache (SLUICE_CACHE, else ~/.cache/sluice), and prints the folder. */
const THINGS: Readonly<Record<string, { readonly what: string; fetch(): Promise<string> }>> = {
  kafka: { what: 'the Kafka broker that tests and benchmarks start', fetch: fetchKafka },
  tensorflow: { what: "TensorFlow's libraries, which SLUICE_TENSORFLOW then names", fetch: fetchTensorFlowLibraries },
}

const name = process.argv[2]
const thing = name !== undefined && Object.hasOwn(THINGS, name) ? THINGS[name] : undefined
if (thing === undefined) {
  console.error(`${name === undefined ? 'name what to fetch' : `nothing is called ${name}`}; there is`)
  for (const [known, { what }] of Object.entries(THINGS)) console.error(`  ${known.padEnd(12)} ${what}`)
  process.exit(2)
}
console.log(await thing.fetch())
