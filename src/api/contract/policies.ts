import { z } from 'zod'
import { policyInForce } from './state.ts'

/** GET /policies/{dataType}, and the answer of the commands that change them. */
export const dataTypePolicies = z.object({
  dataType: z.string(),
  policies: z.array(policyInForce).describe('of each stream that has one'),
  aliases: z.record(z.string(), z.string()).describe('alias -> the name of a model, or name@version'),
})
export type DataTypePolicies = z.infer<typeof dataTypePolicies>

/** Body of PUT /policies/{dataType}. */
export const policyBody = z.strictObject({
  policy: z
    .record(z.string(), z.unknown(), {
      error: 'it must be a policy, such as { "answer": "forest" }, or null for that of the configuration',
    })
    .nullable()
    .describe('as in the configuration; null for that of the configuration'),
  stream: z.string().min(1).optional().describe('of this stream only'),
})
export type PolicyBody = z.infer<typeof policyBody>

/** Body of PUT /policies/{dataType}/aliases/{alias}. */
export const aliasBody = z.strictObject({
  model: z.string().min(1).nullable().describe('the name of a model, or name@version; null for that of the configuration'),
})
