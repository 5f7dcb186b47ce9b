import { AnswerHeaders } from '../answer-headers.ts'
import { bindInputs } from '../bind-inputs.ts'
import type { AnswerWriter, BoundField, Codec, RowReader } from '../codec.ts'
import type { LoadedModel } from '../loaded-model.ts'
import type { Arm } from '../policy.ts'

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
  }
}
