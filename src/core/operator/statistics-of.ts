import type { Clock } from '../clock.ts'
import type { ModelStatistics } from '../statistics.ts'
import type { Lane } from './lane.ts'
import type { ServedModel } from './served-model.ts'

/** Where what a model does for a data type in a lane is counted, begun where it is new. */
export function statisticsOf(lane: Lane, dataType: string, { served, clock }: { served: ServedModel; clock: Clock }): ModelStatistics {
  const { id, descriptor } = served.loaded
  return lane.statistics(dataType, id, () => ({
    dataType,
    model: id,
    description: descriptor.description,
    format: descriptor.format,
    since: clock.now(),
  }))
}
