import { z } from 'zod'

/** A whole number in a query, where everything is text. */
function wholeNumber(min: number, max: number) {
  return z.preprocess((text) => (typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : text), z.int().min(min).max(max))
}

/**
 * Body of POST /records/{stream}, by content type: application/json (one object or an array), application/x-ndjson,
 * application/x-protobuf (one message), application/x-protobuf-delimited (messages, each after its varint length).
 */
export const recordsQuery = z.strictObject({
  key: z.string().optional().describe('the key of every record'),
  keyField: z.string().optional().describe('the field whose text is the key of a JSON record'),
  partition: wholeNumber(0, 2 ** 31 - 1)
    .optional()
    .describe('by hash of the key, else in turn, where absent'),
})
export type RecordsQuery = z.infer<typeof recordsQuery>

export const recordsResult = z.object({
  topic: z.string(),
  appended: z.number().int(),
  /** The first offset per partition. */
  offsets: z.record(z.string(), z.string()),
})
export type RecordsResult = z.infer<typeof recordsResult>

/** Query of GET /scores/{stream}, newline-delimited JSON or (Accept: text/event-stream) events, of `scoredRecord`. */
export const scoresQuery = z.strictObject({
  limit: wholeNumber(1, 100_000).optional().describe('end after so many; 20 where absent and not following'),
  follow: z.enum(['true', 'false']).optional(),
  from: z.enum(['beginning', 'end']).optional().describe('with follow; end where absent'),
})
export type ScoresQuery = z.infer<typeof scoresQuery>

/** GET /schemas/{stream}. */
export const streamSchemas = z.object({
  stream: z.string(),
  format: z.string().describe('json, protobuf, avro; with +confluent where values say their schema'),
  fields: z
    .array(z.object({ path: z.string(), type: z.enum(['number', 'text', 'numbers', 'other']) }))
    .nullable()
    .describe('the fields of a record that may feed models; null where records follow no schema'),
  answers: z
    .string()
    .nullable()
    .describe('the schema that answers are written with, where it is the same for all and they have one: Avro, in JSON'),
})
export type StreamSchemas = z.infer<typeof streamSchemas>
