import { type ModelDescriptor, modelId } from '../model.ts'
import { ModelStatistics, type StatisticsIdentity } from '../statistics.ts'
import type { SwapMarker } from '../swap-marker.ts'
import { LastAnswers } from './last-answers.ts'
import { LateNews } from './late-news.ts'
import { ModelStates } from './model-states.ts'

/**
 * What the operator knows of one partition of its input: which version answered last for each data type, the statistics
 * of all versions, and the states of models that have one. It is restored from the topics of these, and every change of it is committed with the outputs.
 */
export class Lane {
  readonly topic: string
  readonly partition: number
  /** data type, or one of its arms (see `slotKey`) -> the version that answered its last records. */
  readonly serving = new Map<string, string>()
  /** What came too late for its batch, for the next commit. */
  readonly late = new LateNews()
  /** The last answers for keys, by data type, where a policy wants them. They are not restored. */
  readonly #lastKnown = new Map<string, LastAnswers>()
  readonly states: ModelStates
  readonly #statistics = new Map<string, Map<string, ModelStatistics>>()

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
    this.states = new ModelStates({ topic, partition })
  }

  /** A version answers records of the data type from this place on. Returns the marker that says so, where another one did before. */
  answers(
    dataType: string,
    descriptor: ModelDescriptor,
    { fromOffset, at, arm }: Pick<SwapMarker, 'fromOffset' | 'at'> & { readonly arm?: string | undefined },
  ): SwapMarker | undefined {
    const { topic, partition } = this
    const { name, version, sha256 } = descriptor
    const id = modelId(descriptor)
    const slot = slotKey(dataType, arm)
    const previous = this.serving.get(slot) ?? null
    if (previous === id) return undefined
    this.serving.set(slot, id)
    return { dataType, ...(arm !== undefined && { arm }), name, version, sha256, topic, partition, fromOffset, at, previous }
  }

  lastAnswers(dataType: string): LastAnswers {
    let answers = this.#lastKnown.get(dataType)
    if (answers === undefined) this.#lastKnown.set(dataType, (answers = new LastAnswers()))
    return answers
  }

  restoreMarker(marker: SwapMarker): void {
    this.serving.set(slotKey(marker.dataType, marker.arm), `${marker.name}@${marker.version}`)
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

/** Where the lane keeps what serves: for a data type, or for an arm of its policy. */
export function slotKey(dataType: string, arm: string | undefined): string {
  return arm === undefined ? dataType : `${dataType}\n${arm}`
}
