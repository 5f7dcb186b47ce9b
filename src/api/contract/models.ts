import { z } from 'zod'
import { errorBody } from './errors.ts'

/**
 * Where a model version is in its life:
 * `published` (read from the log), `loading`, `ready` (could serve), `serving`, `refused` (failed a step; see reason), `retired`.
 */
export const modelStatus = z.enum(['published', 'loading', 'ready', 'serving', 'refused', 'retired'])
export type ModelStatus = z.infer<typeof modelStatus>

export const modelVersion = z.object({
  id: z.string().describe('name@version'),
  name: z.string(),
  version: z.string(),
  description: z.string(),
  dataType: z.string(),
  format: z.string(),
  sha256: z.string(),
  bytes: z.number().int().describe('size of the model'),
  metadata: z.record(z.string(), z.string()),
  publishedAt: z.number().describe('ms since the epoch'),
  offset: z.string().describe('of its descriptor on the models topic'),
  status: modelStatus,
  servingSince: z.number().nullable().describe('ms since the epoch, null where it does not serve'),
  loadMs: z.number().nullable().describe('how long it took to verify, load and warm it'),
  reason: errorBody.nullable().describe('why it was refused'),
})
export type ModelVersion = z.infer<typeof modelVersion>

/** The models of one data type, newest first. */
export const modelHistory = z.object({
  dataType: z.string(),
  serving: z.string().nullable().describe('name@version'),
  previous: z.string().nullable().describe('the version that a rollback would go to'),
  versions: z.array(modelVersion),
})
export type ModelHistory = z.infer<typeof modelHistory>

/** GET /models */
export const modelList = z.array(modelHistory)
export type ModelList = z.infer<typeof modelList>

/** Query of POST /models; the body is the model's bytes. */
export const publishQuery = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^@/\s]+$/, 'a name has no @, / or white space'),
  dataType: z.string().min(1).max(200),
  format: z.string().min(1),
  version: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[^@/\s]+$/, 'a version has no @, / or white space')
    .optional(),
  description: z.string().max(10_000).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'a sha256 has 64 hexadecimal digits')
    .optional(),
  location: z.string().min(1).optional().describe('where nodes fetch the bytes, instead of a body; needs sha256'),
  inputs: z.string().optional().describe('JSON object: model input -> record field'),
  metadata: z.string().optional().describe('JSON object of strings'),
  wait: z.enum(['true', 'false']).optional().describe('answer only when the model serves or is refused'),
})
export type PublishQuery = z.infer<typeof publishQuery>

/** Answer of POST /models, /models/{dataType}/rollback and /models/{dataType}/retire. */
export const modelCommandResult = z.object({
  id: z.string().describe('name@version'),
  dataType: z.string(),
  status: modelStatus,
  offset: z.string().describe('of the command on the models topic'),
  warning: z.string().optional().describe('what is strange about a version that serves: inputs that no recent record has'),
  reason: errorBody.nullable(),
})
export type ModelCommandResult = z.infer<typeof modelCommandResult>

/** Body of POST /models/{dataType}/rollback. */
export const rollbackBody = z.strictObject({
  to: z.string().optional().describe('name@version; the version before the serving one where absent'),
})

/** Body of POST /models/{dataType}/retire. */
export const retireBody = z.strictObject({ id: z.string().describe('name@version') })
