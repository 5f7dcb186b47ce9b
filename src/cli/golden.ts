import { GOLDEN_AND_MODEL, goldenVectors, type GoldenVectorsBody } from '../api/contract/index.ts'
import { SluiceError } from '../core/errors.ts'
import { createCsvSplitter } from './input/csv.ts'
import { createNdjsonSplitter } from './input/ndjson.ts'
import { openInput } from './input/open-input.ts'
import type { Io } from './io.ts'
import type { RequestBody } from './node-client.ts'

/** Begins the names of the columns, or of the fields of a record, that are outputs of the model: `expected:score`. */
const OUTPUT = 'expected:'

type Values = Record<string, number | string>

/**
 * Reads golden vectors from a file of records: CSV where its name ends so, else NDJSON. Each record has the model's inputs by name, and
 * what the model must answer under `expected:<output>`; in NDJSON it may also be `{"inputs": …, "outputs": …}`.
 * Throws `cli.file.malformed` with the record.
 */
export async function readGolden(file: string, tolerance: number | undefined, io: Io): Promise<GoldenVectorsBody> {
  const input = await openInput(file, io)
  const splitter = /\.csv(\.gz)?$/i.test(file) ? createCsvSplitter() : createNdjsonSplitter()
  const records: Uint8Array[] = []
  for await (const chunk of input.chunks) records.push(...splitter.push(chunk))
  records.push(...splitter.end())
  const vectors = records.map((record, i) => vectorOf(record, `record ${i + 1} of ${file}`))
  const parsed = goldenVectors.safeParse({
    vectors,
    ...(tolerance !== undefined && { absoluteTolerance: tolerance, relativeTolerance: tolerance }),
  })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw malformed(`${file} holds no golden vectors: ${issue?.path.join('.')}: ${issue?.message}`)
}

/** The body of a request to publish a model with golden vectors: a line for them, and then the model, if it is sent. */
export function goldenBody(golden: GoldenVectorsBody, model: Blob | undefined): RequestBody {
  return { type: GOLDEN_AND_MODEL, bytes: new Blob([`${JSON.stringify(golden)}\n`, ...(model === undefined ? [] : [model])]) }
}

function vectorOf(record: Uint8Array, where: string): { inputs: Values; outputs: Values } {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder().decode(record))
  } catch (cause) {
    throw malformed(`${where} is not JSON`, cause)
  }
  if (!isObject(parsed)) throw malformed(`${where} is no object`)
  const { inputs: given, outputs: expected } = parsed
  if (isObject(given) && isObject(expected)) return { inputs: valuesOf(given, where), outputs: valuesOf(expected, where) }
  const values = valuesOf(parsed, where)
  const names = Object.keys(values)
  const outputs = Object.fromEntries(
    names.filter((name) => name.startsWith(OUTPUT)).map((name) => [name.slice(OUTPUT.length), values[name]!]),
  )
  if (Object.keys(outputs).length === 0) throw malformed(`${where} says no output of the model: name it ${OUTPUT}score, for example`)
  return { inputs: Object.fromEntries(names.filter((name) => !name.startsWith(OUTPUT)).map((name) => [name, values[name]!])), outputs }
}

/** Numbers and texts as they are, true and false as 1 and 0; null is left out. */
function valuesOf(object: Readonly<Record<string, unknown>>, where: string): Values {
  const values: Values = {}
  for (const [name, value] of Object.entries(object)) {
    if (typeof value === 'number' || typeof value === 'string') values[name] = value
    else if (typeof value === 'boolean') values[name] = value ? 1 : 0
    else if (value !== null) throw malformed(`'${name}' in ${where} is no number or text`)
  }
  return values
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(message: string, cause?: unknown): SluiceError {
  return new SluiceError('cli.file.malformed', message, { cause })
}
