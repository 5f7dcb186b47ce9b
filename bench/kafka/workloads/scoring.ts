import type { LaneOptions } from '../lane.ts'
import { COPY, FOREST } from '../peers.ts'
import { FOREST_RECORDS } from '../record-kinds.ts'
import { atMost, printThroughput, timesFaster } from '../report.ts'
import { theStage } from '../stage.ts'
import type { System } from '../systems/system.ts'
import { measureThroughput, paceOf } from '../throughput.ts'
import { ALCOHOL_RECORDS, SLUICE_PASS_THROUGH, sluiceForest } from '../wine.ts'

const PARTITIONS = 4

function lanes(systems: readonly System[], records: LaneOptions['records']): LaneOptions[] {
  return systems.map((system) => ({ system, records, partitions: PARTITIONS }))
}

/** W1: records as they come, with a model that costs nothing. */
export async function runPassThrough(quick: boolean): Promise<void> {
  const systems = [SLUICE_PASS_THROUGH, COPY.client, COPY.streams, COPY.flink]
  const results = await measureThroughput(await theStage(), lanes(systems, ALCOHOL_RECORDS), paceOf(quick))
  printThroughput(results, [
    atMost('Sluice', 460),
    timesFaster('Sluice', 5, COPY.client.name),
    timesFaster('Sluice', 8, COPY.streams.name),
    timesFaster('Sluice', 8, COPY.flink.name),
  ])
}

/** W2: the shared forest. */
export async function runForest(quick: boolean): Promise<void> {
  const own = sluiceForest('pmml')
  const systems = [own, sluiceForest('onnx'), FOREST.client, FOREST.clientBatched, FOREST.streams, FOREST.flink]
  const results = await measureThroughput(await theStage(), lanes(systems, FOREST_RECORDS), paceOf(quick))
  printThroughput(results, [
    atMost(own.name, 1560),
    timesFaster(own.name, 8, FOREST.client.name),
    timesFaster(own.name, 8, FOREST.streams.name),
    timesFaster(own.name, 8, FOREST.flink.name),
    timesFaster(own.name, 3, FOREST.clientBatched.name),
  ])
}
