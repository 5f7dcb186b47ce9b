import type { LaneOptions } from '../lane.ts'
import { printThroughput } from '../report.ts'
import { smallModel, smallModelRecords } from '../small-models.ts'
import { theStage } from '../stage.ts'
import { sluice } from '../systems/sluice.ts'
import { measureThroughput, paceOf } from '../throughput.ts'
import { WINE_STREAM } from '../wine.ts'
import { PARTITIONS } from './scoring.ts'

const COUNTS = [1, 100, 10_000]
const AT_ONCE = 16

interface Filling {
  readonly models: number
  readonly seconds: number
  /** What the process grew by. */
  readonly bytes: number
}

/** One process with many models, each for a data type of its own, whose records come mixed. */
export async function runManyModels(quick: boolean): Promise<void> {
  const fillings: Filling[] = []
  const lanes = COUNTS.map((models) => lane(models, fillings))
  printThroughput(await measureThroughput(await theStage(), lanes, paceOf(quick)), [])
  for (const { models, seconds, bytes } of fillings.filter((filling) => filling.models > 1)) {
    console.log(`${models} models: ${Math.round(bytes / models)} bytes of memory a model, published and loaded in ${seconds.toFixed(1)} s`)
  }
}

function lane(models: number, fillings: Filling[]): LaneOptions {
  const first = sluice({ name: `Sluice, ${models} models`, stream: WINE_STREAM, models: [smallModel(0)] })
  return {
    records: smallModelRecords(models),
    partitions: PARTITIONS,
    system: {
      ...first,
      async start(place) {
        const node = await first.start(place)
        const before = { bytes: node.tree.residentBytes(), time: performance.now() }
        for (let model = 1; model < models; model += AT_ONCE) {
          const some = Array.from({ length: Math.min(AT_ONCE, models - model) }, (_, i) => node.publish(smallModel(model + i)))
          await Promise.all(some)
        }
        const seconds = (performance.now() - before.time) / 1000
        fillings.push({ models, seconds, bytes: node.tree.residentBytes() - before.bytes })
        return node
      },
    },
  }
}
