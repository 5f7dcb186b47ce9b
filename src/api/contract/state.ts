import { z } from 'zod'
import { latency } from './latency.ts'
import { rendezvousStatistics } from './rendezvous.ts'

/** What one model version did as an arm of policies, in numbers of records. */
export const armStatistics = z.object({
  scored: z.number().int(),
  failed: z.number().int().describe('records that it could not answer'),
  late: z.number().int().describe('scores that came after their record was decided'),
  cancelled: z.number().int().describe('records that it was not given, since they were decided before it could begin'),
  chosen: z.number().int().describe('answers that were its own'),
  compared: z.number().int().describe('records that it scored and somebody answered'),
  agreed: z.number().int().describe('those of them where both said the same'),
})

/** What the cache of one model version did, in numbers of records. */
export const cacheStatistics = z.object({
  hits: z.number().int().describe('records whose answers were there'),
  misses: z.number().int().describe('records that the model was asked for'),
  coalesced: z.number().int().describe('records whose like the model was at already: they have its answer'),
})

/** The policy by which a stream answers a data type. */
export const policyInForce = z.object({
  stream: z.string(),
  policy: z.record(z.string(), z.unknown()).nullable().describe('as it was declared; null where the model that was published last answers'),
  epoch: z.number().int().describe('1 for that of the configuration, else the offset of its control message + 2; 0 where there is none'),
  arms: z.array(
    z.object({
      arm: z.string().describe('the name of a model, or an alias'),
      role: z.enum(['answer', 'shadow', 'reference']),
      model: z.string().nullable().describe('name@version that plays it now'),
      batchRows: z
        .number()
        .int()
        .optional()
        .describe('how many records it is given at a time, so that it has its answers within the budget; absent where there is no limit'),
    }),
  ),
  warnings: z
    .array(z.string())
    .optional()
    .describe(
      'of speculation: that its time is not between those that its models take, as measured; of a cache: a model whose answers can not be remembered; absent where there is none',
    ),
  learned: z
    .record(z.string(), z.array(z.number()))
    .optional()
    .describe('of bandits: how likely each member is chosen, or how much it counts'),
})
export type PolicyInForce = z.infer<typeof policyInForce>

/** What one model version did for one data type. Survives restarts; equals the outputs on the log. */
export const modelStatistics = z.object({
  id: z.string().describe('name@version'),
  name: z.string(),
  version: z.string(),
  description: z.string(),
  format: z.string(),
  since: z.number().describe('when it first served, ms since the epoch'),
  usage: z.number().int().describe('records scored'),
  rejected: z.number().int().describe('records that it, or their decoding for it, rejected'),
  duration: z.number().describe('total time of scoring, ms'),
  min: z.number().nullable().describe('shortest time of scoring per record (of a batch, divided by its records), ms'),
  max: z.number().nullable().describe('longest, likewise, ms'),
  latency: latency.describe("from the record's timestamp to its answer, ms"),
  arrival: latency.optional().describe('as an arm: from the arrival of a batch to its scores, ms, once for each batch'),
  arm: armStatistics.optional().describe('what it did as an arm of policies, where it was one'),
  cache: cacheStatistics.optional().describe('what its cache did, where a policy gave it one'),
})
export type ModelStatistics = z.infer<typeof modelStatistics>

/** The state of a model in one partition of an input, as it was committed last. */
export const partitionState = z.object({
  topic: z.string(),
  partition: z.number().int(),
  key: z.string().optional().describe("the records' key that it is of, where each key has a state of its own; %XX where that is no UTF-8"),
  bytes: z.number().int().describe('how long it is as JSON'),
  value: z
    .unknown()
    .describe('null where it is longer than 64 Ki characters, or the ones before it are 1 Mi together; long whole numbers as text'),
})
export type PartitionState = z.infer<typeof partitionState>

/** What GET /state/{dataType} may be asked for. */
export const stateQuery = z.strictObject({
  key: z.string().optional().describe('only the state of this key, of models that keep one for each; else those of the first 1,000'),
})
export type StateQuery = z.infer<typeof stateQuery>

/** GET /state/{dataType}: the serving version's statistics at the top, then those of all versions, newest first. */
export const dataTypeState = z.object({
  dataType: z.string(),
  serving: z.string().nullable(),
  ...modelStatistics.partial().shape,
  totals: z.object({
    scored: z.number().int(),
    rejected: z.number().int(),
    rejections: z.record(z.string(), z.number().int()).describe('by error code'),
  }),
  versions: z.array(modelStatistics),
  policies: z.array(policyInForce).optional().describe('of each stream that has one'),
  rendezvous: z.array(rendezvousStatistics).optional().describe('of each rendezvous server of this node that answers it'),
  states: z.array(partitionState).optional().describe('of the serving version, where it is a model that has a state, by partition'),
})
export type DataTypeState = z.infer<typeof dataTypeState>
