import { FOREST_RECORDS } from '../record-kinds.ts'
import { type Goal, printThroughput } from '../report.ts'
import { theStage } from '../stage.ts'
import { measureThroughput, paceOf } from '../throughput.ts'
import { sluiceForest } from '../wine.ts'

const COUNTS = [1, 8, 32, 128]
const MOST_LOSS = 0.1

const nameOf = (partitions: number): string => `Sluice, ${partitions} partitions`

/** One process with more and more partitions. */
export async function runPartitions(quick: boolean): Promise<void> {
  const lanes = COUNTS.map((partitions) => ({
    system: sluiceForest('lightgbm', nameOf(partitions)),
    records: FOREST_RECORDS,
    partitions,
  }))
  const loss: Goal = {
    text: `with ${COUNTS.at(-1)!} partitions at most ${MOST_LOSS * 100} % slower than with 1`,
    reached(of) {
      const [one, many] = [of(nameOf(1)), of(nameOf(COUNTS.at(-1)!))]
      return one === undefined || many === undefined ? undefined : one / many >= 1 - MOST_LOSS
    },
  }
  printThroughput(await measureThroughput(await theStage(), lanes, paceOf(quick)), [loss])
}
