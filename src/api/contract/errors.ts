import { z } from 'zod'

/** What every refused request, rejected record and refused model says. */
export const errorBody = z.object({
  code: z.string().describe('a code of docs/errors.md'),
  scope: z.enum(['record', 'model', 'service']),
  message: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
})
export type ErrorBody = z.infer<typeof errorBody>
