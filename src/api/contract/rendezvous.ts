import { z } from 'zod'
import { latency } from './latency.ts'

/** What one model did for a rendezvous, in numbers of inputs. */
export const rendezvousModel = z.object({
  model: z.string().describe('as policies call it'),
  chosen: z.number().int().describe('answers that were its own'),
  share: z.number().describe('those of all answers, from 0 to 1'),
  scored: z.number().int().describe('scores that were there when it was decided'),
  failed: z.number().int().describe('inputs that it could not answer'),
  late: z.number().int().describe('scores that came after the answer'),
})

/** What a rendezvous server of this node did for one data type since the node began. */
export const rendezvousStatistics = z.object({
  rendezvous: z.string(),
  dataType: z.string(),
  since: z.number().nullable().describe('when the first input was answered here, ms since the epoch'),
  open: z.number().int().describe('inputs that wait for their answers'),
  answered: z.number().int(),
  timedOut: z.number().int().describe('answers that were given since time was up'),
  late: z.number().int().describe('scores that came after the answer'),
  reasons: z.record(z.string(), z.number().int()).describe('answers by reason: in-time, deadline, nobody, recovered, no-policy, overload'),
  elapsed: latency.describe('from when inputs came to when it was decided, ms'),
  models: z.array(rendezvousModel),
})
export type RendezvousStatistics = z.infer<typeof rendezvousStatistics>

/** A rendezvous server of the node, as it is now. */
export const rendezvousLive = z.object({
  name: z.string(),
  input: z.string(),
  results: z.string(),
  open: z.number().int().describe('inputs that wait for their answers'),
  rate: z.number().describe('answers per second, over the last seconds'),
  elapsed: latency.describe('from when inputs came to when it was decided, over the last seconds, ms'),
  dataTypes: z.array(rendezvousStatistics),
})
export type RendezvousLive = z.infer<typeof rendezvousLive>
