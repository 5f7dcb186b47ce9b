import { z } from 'zod'
import { modelHistory } from './models.ts'
import { latency } from './latency.ts'
import { rendezvousLive } from './rendezvous.ts'

/** A record that was scored, as an example of what goes by. */
export const scoredRecord = z.object({
  topic: z.string(),
  partition: z.number().int(),
  offset: z.string(),
  key: z.string().nullable(),
  dataType: z.string(),
  model: z.string().describe('name@version'),
  score: z.union([z.number(), z.string()]).nullable(),
  outputs: z.record(z.string(), z.union([z.number(), z.string()]).nullable()).describe('all outputs of the model'),
  at: z.number().describe('when it was answered, ms since the epoch'),
  latencyMs: z.number().nullable().describe("from the record's timestamp to its answer; null where only the answer's record is known"),
  record: z.unknown().describe('the record as it came, decoded'),
})
export type ScoredRecord = z.infer<typeof scoredRecord>

export const rejectedRecord = z.object({
  topic: z.string(),
  partition: z.number().int(),
  offset: z.string(),
  key: z.string().nullable(),
  dataType: z.string().nullable(),
  model: z.string().nullable(),
  code: z.string(),
  message: z.string(),
  at: z.number(),
})
export type RejectedRecord = z.infer<typeof rejectedRecord>

/** A record of the dead-letter topic: what was rejected, why, and its value as it came. */
export const deadLetter = rejectedRecord.extend({
  text: z.string().nullable().describe('the value, where it is UTF-8'),
  base64: z.string().nullable().describe('the value, where it is not'),
  valueBytes: z.number().int().describe('its whole size; a large value may be cut to its beginning here'),
})
export type DeadLetter = z.infer<typeof deadLetter>

export const swap = z.object({
  dataType: z.string(),
  name: z.string(),
  version: z.string(),
  sha256: z.string(),
  topic: z.string(),
  partition: z.number().int(),
  fromOffset: z.string(),
  at: z.number(),
  previous: z.string().nullable(),
})

export const nodeEvent = z.object({
  at: z.number(),
  kind: z
    .string()
    .describe(
      'model-published, model-serving, model-warning, model-refused, model-retired, rollback, hold, engine, archive, address, policy, policy-refused, policy-warning',
    ),
  dataType: z.string().nullable(),
  model: z.string().nullable(),
  message: z.string(),
  code: z.string().nullable(),
})
export type NodeEvent = z.infer<typeof nodeEvent>

export const streamLive = z.object({
  name: z.string(),
  input: z.string(),
  output: z.string(),
  deadLetters: z.string(),
  format: z.string().describe('json, protobuf, avro; with +confluent where values say their schema'),
  partitions: z.number().int(),
  scored: z.number().int().describe('since the beginning'),
  rejected: z.number().int().describe('since the beginning'),
  backlog: z.number().int().describe('records on the log that are not answered yet'),
  rate: z.number().describe('records answered per second, over the last seconds'),
  scoringNs: z.number().nullable().describe('mean time of scoring per record over the last seconds, ns'),
  latency: latency.describe('over the last seconds, ms'),
  held: z.string().nullable().describe('the data type whose records wait for a model'),
})
export type StreamLive = z.infer<typeof streamLive>

/** GET /live: one such object, and GET /live as text/event-stream: one every half second. */
export const liveSnapshot = z.object({
  at: z.number(),
  node: z.object({
    version: z.string(),
    startedAt: z.number(),
    log: z.string().describe('memory, sqlite, kafka'),
    guarantee: z.enum(['exactly-once', 'at-least-once']),
    loopDelayMs: z.number().describe('p99 of the event loop delay over the last seconds'),
    rssBytes: z.number(),
  }),
  streams: z.array(streamLive),
  rendezvous: z.array(rendezvousLive).optional().describe('the rendezvous servers of this node, where it has some'),
  models: z.array(
    modelHistory.extend({
      usage: z.record(z.string(), z.number().int()).describe('records scored, per name@version'),
      rates: z.record(z.string(), z.number()).describe('records per second, per name@version'),
    }),
  ),
  swaps: z.array(swap).describe('newest first, at most 50'),
  scores: z.array(scoredRecord).describe('newest first, at most 20: a sample'),
  rejections: z.array(rejectedRecord).describe('newest first, at most 20: a sample'),
  events: z.array(nodeEvent).describe('newest first, at most 50'),
})
export type LiveSnapshot = z.infer<typeof liveSnapshot>
