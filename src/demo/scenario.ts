import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import type { Format } from '../core/model.ts'

/** A model version that the demo publishes, and when. */
export interface ScheduledModel {
  readonly afterMs: number
  readonly name: string
  readonly version: string
  readonly dataType: string
  readonly format: Format
  readonly description: string
  readonly bytes: Uint8Array
}

const examplesFile = z.object({
  dataType: z.string(),
  models: z.array(
    z.object({ name: z.string(), version: z.string(), format: z.enum(['pmml', 'onnx']), file: z.string(), description: z.string() }),
  ),
})

/** When the versions of an example arrive, in order. */
const ARRIVALS: Readonly<Record<string, readonly number[]>> = { flights: [0, 30_000, 60_000], wine: [0, 75_000] }
/** When a version arrives whose file was cut short on its way: it is refused, and the version before it keeps serving. */
const BROKEN_AFTER_MS = 90_000

/** The folder with the examples' data and models. */
export const EXAMPLES = resolve(import.meta.dirname, '../../examples')

/** All models of the demo in the order of their arrival. */
export async function loadScenario(): Promise<ScheduledModel[]> {
  const models = (await Promise.all(Object.keys(ARRIVALS).map(loadExample))).flat()
  const last = models.findLast((model) => model.dataType === 'flight')!
  const broken = {
    ...last,
    afterMs: BROKEN_AFTER_MS,
    version: '4',
    description: 'A file that was cut short on its way',
    bytes: last.bytes.subarray(0, last.bytes.length / 2),
  }
  return [...models, broken].toSorted((a, b) => a.afterMs - b.afterMs)
}

async function loadExample(example: string): Promise<ScheduledModel[]> {
  const folder = resolve(EXAMPLES, example)
  const { dataType, models } = examplesFile.parse(JSON.parse(await readFile(resolve(folder, 'models.json'), 'utf8')))
  return Promise.all(
    models.map(async ({ file, ...model }, i) => ({
      ...model,
      dataType,
      afterMs: ARRIVALS[example]![i] ?? 0,
      bytes: await readFile(resolve(folder, file)),
    })),
  )
}
