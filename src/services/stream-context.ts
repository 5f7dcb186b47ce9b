import type { Codec } from '../core/codec.ts'
import type { Guarantee } from '../core/log.ts'
import type { ServingOperator } from '../core/operator/operator.ts'

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
  readonly dataType: DataTypeLocation
  /** What its commits promise, on this log. */
  readonly guarantee: Guarantee
}

/** Where the answer is in a value of the output topic: a member of JSON or a field of Avro, or a protobuf field. */
export type AnswerLocation = { readonly field: string } | { readonly number: number }

/** Where a record says its data type: in its key, a field or a header; or it is the same for all of the topic or the stream. */
export type DataTypeLocation = 'key' | 'topic' | { readonly field: string } | { readonly header: string } | { readonly constant: string }
