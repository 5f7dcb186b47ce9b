import { ModelStatistics, type StatisticsIdentity } from '../statistics.ts'
import type { SwapMarker } from '../swap-marker.ts'

/**
 * What the operator knows of one partition of its input: which version answered last for each data type, and the statistics
 * of all versions. It is restored from the swaps and statistics topics, and every change of it is committed with the outputs.
 */
export class Lane {
  readonly topic: string
  readonly partition: number
  /** data type -> the version that answered its last records. */
  readonly serving = new Map<string, string>()
  readonly #statistics = new Map<string, Map<string, ModelStatistics>>()

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  restoreMarker(marker: SwapMarker): void {
    this.serving.set(marker.dataType, `${marker.name}@${marker.version}`)
  }

  restoreStatistics(statistics: ModelStatistics): void {
    this.#of(statistics.dataType).set(statistics.model, statistics)
  }

  /** The statistics of a model version, begun where there are none. */
  statistics(dataType: string, model: string, begin: () => StatisticsIdentity): ModelStatistics {
    const models = this.#of(dataType)
    let statistics = models.get(model)
    if (statistics === undefined) models.set(model, (statistics = new ModelStatistics(begin())))
    return statistics
  }

  *allStatistics(): IterableIterator<ModelStatistics> {
    for (const models of this.#statistics.values()) yield* models.values()
  }

  #of(dataType: string): Map<string, ModelStatistics> {
    let models = this.#statistics.get(dataType)
    if (models === undefined) this.#statistics.set(dataType, (models = new Map()))
    return models
  }
}
