import { type Latency, latencyPaceOf, type Load, measureLatency } from '../latency.ts'
import { FOREST } from '../peers.ts'
import { FOREST_RECORDS } from '../record-kinds.ts'
import { theStage } from '../stage.ts'
import type { Failed } from '../throughput.ts'
import { sluiceForest } from '../wine.ts'
import { PARTITIONS } from './scoring.ts'

const RATE = 10_000
const SHARES = [0.25, 0.5, 0.8]
const MOST_P50 = 2
const MOST_P99 = 5

const OWN = sluiceForest('lightgbm')
const PEERS = [FOREST.client, FOREST.clientBatched, FOREST.streams, FOREST.flink, FOREST.confluent]

/** W8: latency where all systems get the same load. */
export async function runLatency(quick: boolean): Promise<void> {
  const results = await measure([{ rate: RATE }], quick)
  const [own, ...peers] = results.filter((result) => 'p50' in result)
  if (own?.name !== OWN.name) return console.log(`goal: p50 and p99 of ${OWN.name}: not measured`)
  const good = own.p50 <= MOST_P50 && own.p99 <= MOST_P99
  console.log(`goal: p50 at most ${MOST_P50} ms, p99 at most ${MOST_P99} ms: ${good ? 'reached' : 'missed'}`)
  const ahead = peers.filter((peer) => peer.p50 < own.p50 || peer.p99 < own.p99).map(({ name }) => name)
  console.log(`goal: never behind a peer: ${ahead.length === 0 ? 'reached' : `missed: ${ahead.join(', ')}`}`)
}

/** Latency at a quarter, half and four fifths of what each system can do. */
export async function runLatencyUnderLoad(quick: boolean): Promise<void> {
  await measure(
    SHARES.map((share) => ({ share })),
    quick,
  )
}

async function measure(loads: readonly Load[], quick: boolean): Promise<(Latency | Failed)[]> {
  const lanes = [OWN, ...PEERS].map((system) => ({ system, records: FOREST_RECORDS, partitions: PARTITIONS }))
  const results = await measureLatency(await theStage(), lanes, { loads, pace: latencyPaceOf(quick) })
  for (const result of results) {
    if ('failure' in result) {
      console.log(`${result.name.padEnd(38)}  not measured: ${result.failure.split('\n')[0]}`)
      console.error(result.failure)
      continue
    }
    const { name, rate, share, p50, p99, p999, max, nanosPerRecord, late } = result
    const load = `${rate.toFixed(0).padStart(7)} records/s${share === undefined ? '' : ` (${share * 100} %)`}`
    const times = [`p50 ${p50}`, `p99 ${p99}`, `p99.9 ${p999}`, `max ${max} ms`].map((text) => text.padEnd(11))
    console.log(
      `${name.padEnd(38)}  ${load}  ${times.join('')} ${Math.round(nanosPerRecord)} ns CPU a record, driver late ${late.toFixed(1)} ms at worst`,
    )
  }
  return results
}
