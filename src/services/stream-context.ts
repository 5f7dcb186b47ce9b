import type { Codec } from '../core/codec.ts'
import type { ServingOperator } from '../core/operator/operator.ts'
import type { DataTypePath } from './answer-reader.ts'

/** What the services know of one stream. */
export interface StreamContext {
  readonly name: string
  readonly input: string
  readonly output: string
  readonly deadLetters: string
  readonly partitions: number
  readonly codec: Codec
  readonly operator: ServingOperator
  readonly answer: AnswerLocation
  readonly dataTypePath: DataTypePath
}

/** Where the answer is in a value of the output topic: a JSON member, or a protobuf field. */
export type AnswerLocation = { readonly field: string } | { readonly number: number }
