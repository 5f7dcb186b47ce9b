import { parseArgs } from 'node:util'

/**
 * `npm run soak -- <what> [--rounds N]`: runs at length what the tests run for a while, prints a line per round, and closes with a plain line that
 * says what became of the records. Fails where anything was lost, doubled or late.
 */
const SOAKS: Readonly<Record<string, { readonly what: string; run(rounds: number): Promise<boolean> }>> = {
  'exactly-once': {
    what: 'kills, zombies, cut connections, brokers that restart and storms of rebalances against exactly-once on Kafka',
    run: async (rounds) => (await import('../test/chaos/soak.ts')).soakExactlyOnce(rounds),
  },
  rendezvous: {
    what: 'three models, one of which stalls, and a server that is killed: each input is answered once, and in time',
    run: async (rounds) => (await import('../test/chaos/rendezvous-soak.ts')).soakRendezvous(rounds),
  },
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string', default: '3' } } })
const rounds = Number(values.rounds)
const name = positionals[0]
const soak = name !== undefined && Object.hasOwn(SOAKS, name) ? SOAKS[name] : undefined
if (soak === undefined || !Number.isSafeInteger(rounds) || rounds < 1) {
  console.error(
    soak === undefined
      ? `${name === undefined ? 'name a soak' : `no soak ${name}`}; there is`
      : `--rounds takes a whole number from 1, not ${values.rounds}`,
  )
  for (const [known, { what }] of Object.entries(SOAKS)) console.error(`  ${known.padEnd(14)} ${what}`)
  process.exit(2)
}
process.exitCode = (await soak.run(rounds)) ? 0 : 1
