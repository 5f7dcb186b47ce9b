import { AnswerHeaders } from '../answer-headers.ts'
import { bindInputs } from '../bind-inputs.ts'
import type { AnswerWriter, BoundField, Codec, RowReader } from '../codec.ts'
import type { LoadedModel } from '../loaded-model.ts'
import type { Arm } from '../policy.ts'
import { confidenceColumns } from './confidence-columns.ts'
import { AdaptiveBatch } from './adaptive-batch.ts'
import { PredictionCache, whyNotCached } from './prediction-cache.ts'
import { ScoringQueue } from './scoring-queue.ts'

export interface ServeOptions {
  readonly stream: string
  readonly codec: Codec
  readonly inputs: Readonly<Record<string, string>>
  readonly dataTypePath: string | undefined
}

/** A loaded model fitted to one stream: how its frames are read from the stream's records and its answers written. */
export class ServedModel {
  readonly loaded: LoadedModel
  readonly arms: readonly Arm[]
  /** Whether any of the arms has a state. */
  readonly hasState: boolean
  readonly bound: readonly BoundField[]
  readonly reader: RowReader
  readonly writer: AnswerWriter
  readonly headers: AnswerHeaders
  /** The outputs that say how sure the model is, as places in its outputs. */
  readonly confidence: readonly number[]
  /** Models whose keys are the same read records into the same frames; undefined where its frames are its own. */
  readonly frameKey: string | undefined
  /** What it has to score for policies of several arms. */
  readonly queue = new ScoringQueue()
  /** Whether it answered later the last time that it was asked. */
  answersLater = false
  /** How many records are given to it at a time, where it answers later. */
  readonly batching = new AdaptiveBatch()
  /** What it answered to the inputs that were asked for last, where its policy wants that. */
  cache: PredictionCache | undefined

  /** Throws `model.inputs.mismatch` where the stream's records can't feed the model. */
  constructor(loaded: LoadedModel, options: ServeOptions) {
    const { descriptor, model } = loaded
    const { codec, inputs, dataTypePath } = options
    this.loaded = loaded
    this.arms = [{ role: 'primary', descriptor, model }]
    this.hasState = this.arms.some((arm) => arm.model.state !== undefined)
    this.bound = bindInputs({ descriptor, model, schema: codec.schema, inputs, dataTypePath })
    this.reader = codec.reader(this.bound)
    this.writer = codec.answerWriter(descriptor, model)
    this.headers = new AnswerHeaders(options.stream, descriptor, model.outputs[0]!)
    this.confidence = confidenceColumns(descriptor, model.outputs)
    this.frameKey = frameKeyOf(this.bound)
  }

  /** Has it remember so many answers from now on, where they can be remembered; none where undefined. What it remembers stays where the number does. */
  remember(entries: number | undefined): void {
    const { model } = this.loaded
    if (entries === undefined || whyNotCached(model) !== undefined) this.cache = undefined
    else if (this.cache?.entries !== entries) this.cache = new PredictionCache(model, entries)
  }
}

/** Codes of categories belong to a model. */
function frameKeyOf(bound: readonly BoundField[]): string | undefined {
  if (bound.some(({ field }) => field.dictionary !== undefined)) return undefined
  return JSON.stringify(bound.map(({ field, path, guessed, list }) => [field.name, field.type, field.vector, path, guessed, list]))
}
