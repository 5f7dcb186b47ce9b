import { z } from 'zod'

/** The content type of a body that is a line of `goldenVectors` as JSON, and then the bytes of a model. */
export const GOLDEN_AND_MODEL = 'application/vnd.sluice.golden-and-model'

const values = z.record(z.string(), z.union([z.number(), z.string()]))

/** Example inputs and outputs of a model, which a node replays before the model may serve. */
export const goldenVectors = z.strictObject({
  vectors: z
    .array(
      z.strictObject({
        inputs: values.describe("by the model's own names of its inputs; those that are absent are missing"),
        outputs: values.describe("by the names of the model's outputs; those that are absent are not compared"),
      }),
    )
    .min(1)
    .max(1000),
  absoluteTolerance: z.number().nonnegative().default(1e-6).describe('a number may differ by so much'),
  relativeTolerance: z.number().nonnegative().default(1e-6).describe('or by so much of its value, whichever is more'),
})
export type GoldenVectorsBody = z.infer<typeof goldenVectors>
