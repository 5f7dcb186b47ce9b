import { freePorts } from '../../../test/setup/kafka/free-ports.ts'
import { Lane } from '../lane.ts'
import { median } from '../median.ts'
import { FOREST_RECORDS } from '../record-kinds.ts'
import { theStage } from '../stage.ts'
import { SluiceNode } from '../systems/sluice.ts'
import { WINE_STREAM, sluiceForest } from '../wine.ts'
import { PARTITIONS } from './scoring.ts'

const RATE = 5000
const SECONDS = 20
const END_AT_MS = 6000
const SESSION_MS = 6000
const MOST_MS = 1000
const CONFIG = { kafka: { sessionTimeoutMs: SESSION_MS } }

/** Ends one of two nodes of a group, exactly once and under load, by a crash and gracefully: how long its partitions have no answers. */
export async function runTakeover(quick: boolean): Promise<void> {
  const stage = await theStage()
  const system = sluiceForest('pmml', 'Sluice', CONFIG)
  const options = { system, records: FOREST_RECORDS, partitions: PARTITIONS, prompt: true, guarantee: 'exactly-once' } as const
  await using lane = await Lane.open(stage, options)
  const rounds = quick ? 1 : 5
  const crashed = await longestWaits(lane, rounds, 'kill -9')
  const beyond = median(crashed) - SESSION_MS
  console.log(
    `the first answer came ${beyond} ms after the session timeout of ${SESSION_MS} ms had passed, counted from the last answer before the kill`,
  )
  tell(beyond)
  const handedOver = median(await longestWaits(lane, rounds, 'graceful stop'))
  console.log(`a node that stops hands over: no partition waited longer than ${handedOver} ms`)
  tell(handedOver)
}

/** By round, the longest time between two answers of one partition, in ms. */
async function longestWaits(lane: Lane, rounds: number, how: 'kill -9' | 'graceful stop'): Promise<number[]> {
  const gaps: number[] = []
  for (let round = 0; round < rounds; round++) {
    const [port] = await freePorts(1)
    await using other = new SluiceNode(lane.place, { stream: WINE_STREAM, models: [], config: CONFIG, port: port! })
    await other.ready()
    const ended = new Promise((resolve) => setTimeout(resolve, END_AT_MS)).then(async () =>
      how === 'kill -9' ? other.kill() : other[Symbol.asyncDispose](),
    )
    const { found } = await lane.offer(RATE, SECONDS)
    await ended
    gaps.push(Number(found['gap']))
    console.log(
      `${how} at ${RATE} records/s: ${found['records']} verified, 0 lost, 0 doubled; the longest a partition waited: ${found['gap']} ms`,
    )
  }
  return gaps
}

function tell(ms: number): void {
  console.log(`goal: at most ${MOST_MS} ms: ${ms < MOST_MS ? 'reached' : 'missed'}`)
}
