import { SluiceError } from '../../core/errors.ts'
import { createCsvSplitter, type CsvOptions } from './csv.ts'
import { createJsonSplitter } from './json.ts'
import { createNdjsonSplitter } from './ndjson.ts'
import { createDelimitedSplitter, createProtobufSplitter } from './protobuf.ts'
import type { RecordSplitter } from './record-splitter.ts'

export const RECORD_FORMATS = ['csv', 'ndjson', 'json', 'protobuf', 'protobuf-delimited'] as const
export type RecordFormat = (typeof RECORD_FORMATS)[number]

/** What a file of records is, as far as a person says it. */
export interface FormatOptions extends CsvOptions {
  readonly as?: string
}

const CSV_ONLY = ['delimiter', 'columns', 'header', 'add', 'text', 'missing'] as const
const FORMAT_OF_ENDING: Readonly<Record<string, RecordFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'json',
  binpb: 'protobuf',
}

/** The format of a file: the asked-for one, else what its ending says. Throws `cli.usage`, also where options don't fit it. */
export function formatOf(options: FormatOptions, file: string): RecordFormat {
  const format = chooseFormat(options.as, file)
  const wrong = CSV_ONLY.find((option) => options[option] !== undefined)
  if (format === 'csv' || wrong === undefined) return format
  const advice = file === '-' && options.as === undefined ? 'the standard input is taken as ndjson; say --as csv' : `${file} is ${format}`
  throw new SluiceError('cli.usage', `--${wrong} is for CSV, and ${advice}`)
}

function chooseFormat(asked: string | undefined, file: string): RecordFormat {
  const ending = /\.([a-z]+)(?:\.gz)?$/i.exec(file)?.[1]?.toLowerCase() ?? ''
  const format = asked ?? (file === '-' ? 'ndjson' : FORMAT_OF_ENDING[ending])
  const known = RECORD_FORMATS.find((candidate) => candidate === format)
  if (known !== undefined) return known
  const names = RECORD_FORMATS.join(', ')
  const message =
    asked === undefined ? `the name ${file} does not say the format; give --as, one of ${names}` : `--as '${asked}' is not one of ${names}`
  throw new SluiceError('cli.usage', message)
}

export function splitterFor(format: RecordFormat, options: FormatOptions, file: string): RecordSplitter {
  if (format === 'ndjson') return createNdjsonSplitter()
  if (format === 'json') return createJsonSplitter()
  if (format === 'protobuf') return createProtobufSplitter()
  if (format === 'protobuf-delimited') return createDelimitedSplitter()
  const tabs = /\.tsv(\.gz)?$/i.test(file) && options.delimiter === undefined ? { delimiter: '\t' } : {}
  return createCsvSplitter({ ...options, ...tabs })
}
