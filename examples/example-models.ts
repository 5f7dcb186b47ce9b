import { z } from 'zod'
import { FORMATS } from '../src/core/model.ts'

const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/)
/** A file beside models.json, never a path that leads elsewhere. */
const file = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
/** What a model reaches, by measure: `accuracy`, `auc`, `logLoss`, `brier`. */
const metrics = z.record(z.string(), z.number())

const exampleModel = z.strictObject({
  name,
  version: z.string().min(1),
  format: z.enum(FORMATS),
  file,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  description: z.string().min(1),
  trainedOn: z.string().min(1),
  metrics,
  /** Model input -> field of the record, as in a model's descriptor. */
  inputs: z.record(z.string(), z.string()).optional(),
})

/**
 * The models.json of an example: the models that it publishes, the oldest version first, and what each reaches beside what one
 * can say without any model.
 */
export const exampleModels = z.strictObject({
  dataType: name,
  /** Which records the metrics are of. */
  measuredOn: z.string().min(1),
  baselines: z.array(z.strictObject({ name, description: z.string().min(1), metrics })),
  models: z.array(exampleModel).min(1),
})
export type ExampleModels = z.infer<typeof exampleModels>
