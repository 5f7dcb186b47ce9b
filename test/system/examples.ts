import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type ExampleModels, exampleModels } from '../../examples/example-models.ts'

const FOLDER = resolve(import.meta.dirname, '../../examples')

export type ExampleModel = ExampleModels['models'][number] & { readonly dataType: string; readonly bytes: Buffer }

/** The models of an example, oldest version first. */
export function modelsOf(example: 'flights' | 'wine'): ExampleModel[] {
  const { dataType, models } = exampleModels.parse(JSON.parse(readFileSync(resolve(FOLDER, example, 'models.json'), 'utf8')))
  return models.map((model) => ({ ...model, dataType, bytes: readFileSync(resolve(FOLDER, example, model.file)) }))
}

/** The path and query that publish a model of an example over HTTP. */
export function publishPath({ name, version, dataType, format, description }: ExampleModel, wait = true): string {
  const query = new URLSearchParams({ name, version, dataType, format, description, wait: String(wait) })
  return `/models?${query.toString()}`
}

/** The departures as they stand in their file, one JSON object each. */
export function flightLines(): string[] {
  return gunzipSync(readFileSync(resolve(FOLDER, 'flights/records.ndjson.gz')))
    .toString()
    .trimEnd()
    .split('\n')
}

/** The wines as JSON objects. */
export function wineLines(): string[] {
  const [header, ...lines] = readFileSync(resolve(FOLDER, 'wine/records.csv'), 'utf8').trimEnd().split('\n')
  const names = header!.split(',')
  const value = (name: string, cell: string): string | number => (name === 'dataType' || name === 'id' ? cell : Number(cell))
  return lines.map((line) => JSON.stringify(Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, value(names[i]!, cell)]))))
}

/** By record and version, the probability of each label as the library that trained the model computes it. */
export function expectedProbabilities(example: 'flights' | 'wine'): Map<string, Record<string, Record<string, number>>> {
  const lines = gunzipSync(readFileSync(resolve(FOLDER, example, 'expected.ndjson.gz')))
    .toString()
    .trimEnd()
    .split('\n')
  return new Map(
    lines.map((line): [string, Record<string, Record<string, number>>] => {
      const { id, late, cultivar } = JSON.parse(line) as {
        id: string
        late?: Record<string, number>
        cultivar?: Record<string, Record<string, number>>
      }
      const versions = cultivar ?? Object.fromEntries(Object.entries(late!).map(([version, p]) => [version, { late: p, 'on-time': 1 - p }]))
      return [id, versions]
    }),
  )
}
