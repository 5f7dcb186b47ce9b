import { sluiceImage } from '../image.ts'
import { IMAGE_BINARY, IMAGE_JSON } from '../image-records.ts'
import type { LaneOptions } from '../lane.ts'
import { COPY, FOREST, IMAGE } from '../peers.ts'
import { FOREST_RECORDS, type RecordKind } from '../record-kinds.ts'
import { atMost, type Goal, printThroughput, timesFaster } from '../report.ts'
import { theStage } from '../stage.ts'
import type { Guarantee, System } from '../systems/system.ts'
import { measureThroughput, paceOf } from '../throughput.ts'
import { ALCOHOL_RECORDS, SLUICE_PASS_THROUGH, sluiceForest } from '../wine.ts'

export const PARTITIONS = 4

interface Comparison {
  readonly own: System
  /** With the factor by which Sluice is to be faster. */
  readonly peers: readonly (readonly [peer: System, factor: number])[]
  readonly records: RecordKind
  readonly guarantee?: Guarantee
  /** Other ways in which Sluice can do it. */
  readonly also?: readonly LaneOptions[]
  readonly goals?: readonly Goal[]
}

async function compare(
  { own, peers, records, guarantee = 'at-least-once', also = [], goals = [] }: Comparison,
  quick: boolean,
): Promise<void> {
  const lane = (system: System): LaneOptions => ({ system, records, partitions: PARTITIONS, guarantee })
  const lanes = [lane(own), ...also, ...peers.map(([peer]) => lane(peer))]
  const results = await measureThroughput(await theStage(), lanes, paceOf(quick))
  printThroughput(results, [...goals, ...peers.map(([peer, factor]) => timesFaster(own.name, factor, peer.name))])
}

/** W1: records as they come, with a model that costs nothing. */
export async function runPassThrough(quick: boolean): Promise<void> {
  const own = SLUICE_PASS_THROUGH
  const peers = [[COPY.client, 5], [COPY.streams, 8], [COPY.flink, 8]] as const // prettier-ignore
  await compare({ own, peers, records: ALCOHOL_RECORDS, goals: [atMost(own.name, 460)] }, quick)
}

/** W2: the shared forest. */
export async function runForest(quick: boolean): Promise<void> {
  const own = sluiceForest('lightgbm')
  const also = [{ system: sluiceForest('onnx'), records: FOREST_RECORDS, partitions: PARTITIONS }]
  const peers = [[FOREST.client, 8], [FOREST.streams, 8], [FOREST.flink, 8], [FOREST.clientBatched, 3]] as const // prettier-ignore
  await compare({ own, peers, also, records: FOREST_RECORDS, goals: [atMost(own.name, 1560)] }, quick)
}

/** W3: the shared forest as PMML. */
export async function runPmmlForest(quick: boolean): Promise<void> {
  await compare({ own: sluiceForest('pmml'), peers: [[FOREST.streamsJpmml, 25]], records: FOREST_RECORDS }, quick)
}

/** W4: frameworks for Python. */
export async function runPython(quick: boolean): Promise<void> {
  const peers = [[FOREST.confluent, 10], [FOREST.bytewax, 10], [FOREST.quixstreams, 10]] as const // prettier-ignore
  await compare({ own: sluiceForest('lightgbm'), peers, records: FOREST_RECORDS }, quick)
}

/** W5: Crayfish's network on its JSON records. */
export async function runImageJson(quick: boolean): Promise<void> {
  await compare({ own: sluiceImage('json'), peers: [[IMAGE.streams, 10], [IMAGE.flink, 10]], records: IMAGE_JSON }, quick) // prettier-ignore
}

/** W6: the same on binary records, batched. */
export async function runImageBinary(quick: boolean): Promise<void> {
  const peers = [[IMAGE.clientBatched, 5], [IMAGE.client, 5], [IMAGE.streams, 5], [IMAGE.flink, 5]] as const // prettier-ignore
  await compare({ own: sluiceImage('binary'), peers, records: IMAGE_BINARY }, quick)
}

const MOST_LOSS = 0.2

/** W9: exactly once, beside the same at least once. */
export async function runExactlyOnce(quick: boolean): Promise<void> {
  const own = sluiceForest('lightgbm', 'Sluice, exactly once')
  const loose = sluiceForest('lightgbm', 'Sluice, at least once')
  const loss: Goal = {
    text: `at most ${MOST_LOSS * 100} % slower than at least once`,
    reached(of) {
      const [exact, least] = [of(own.name), of(loose.name)]
      return exact === undefined || least === undefined ? undefined : least / exact >= 1 - MOST_LOSS
    },
  }
  const also = [{ system: loose, records: FOREST_RECORDS, partitions: PARTITIONS }]
  const peers = [[FOREST.streams, 3], [FOREST.flink, 3]] as const // prettier-ignore
  await compare({ own, peers, also, records: FOREST_RECORDS, guarantee: 'exactly-once', goals: [loss] }, quick)
}
