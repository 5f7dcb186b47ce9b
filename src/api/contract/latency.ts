import { z } from 'zod'

/** Quantiles of a duration in milliseconds; null where nothing was measured. Exact to about 3 %. */
export const latency = z.object({
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
  p999: z.number().nullable(),
  max: z.number().nullable(),
})
export type Latency = z.infer<typeof latency>
