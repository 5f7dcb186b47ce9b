import { SluiceError } from '../../core/errors.ts'

/** Turns the answers of a run, as JSON objects, into the bytes of a file. */
export interface AnswerFormat {
  encode(answers: readonly Uint8Array[]): Uint8Array
}

export const ANSWER_FORMATS = ['ndjson', 'csv'] as const
export type AnswerFormatName = (typeof ANSWER_FORMATS)[number]

/** What a file of answers is to be: the asked-for format, else what its ending says, else NDJSON. Throws `cli.usage`. */
export function answerFormatOf(asked: string | undefined, file: string): AnswerFormatName {
  const known = ANSWER_FORMATS.find((name) => name === asked)
  if (known !== undefined) return known
  if (asked !== undefined) throw new SluiceError('cli.usage', `--output-as '${asked}' is not one of ${ANSWER_FORMATS.join(', ')}`)
  return /\.csv$/i.test(file) ? 'csv' : 'ndjson'
}

/** One answer a line, byte for byte as the stream gives it. */
export function ndjsonAnswers(): AnswerFormat {
  return {
    encode(answers) {
      const bytes = new Uint8Array(answers.reduce((sum, answer) => sum + answer.length + 1, 0))
      let at = 0
      for (const answer of answers) {
        bytes.set(answer, at)
        at += answer.length
        bytes[at++] = 10
      }
      return bytes
    },
  }
}

const decoder = new TextDecoder()
const encoder = new TextEncoder()

interface Answered {
  readonly answer: {
    readonly score: unknown
    readonly model: string
    readonly outputs?: Readonly<Record<string, unknown>>
  }
}

/**
 * CSV (RFC 4180) with a header line: the fields of the record, then `score`, the other outputs and `model`. The columns are those that
 * `fields` names, else those of the first answer; objects and lists are written as JSON.
 */
export function csvAnswers(fields: () => readonly string[] | undefined): AnswerFormat {
  let columns: readonly string[] | undefined
  let outputs: readonly string[] = []
  return {
    encode(answers) {
      const lines: string[] = []
      for (const bytes of answers) {
        const { answer, ...record } = JSON.parse(decoder.decode(bytes)) as Answered & Readonly<Record<string, unknown>>
        if (columns === undefined) {
          columns = fields() ?? Object.keys(record)
          outputs = Object.keys(answer.outputs ?? {})
          lines.push([...columns, 'score', ...outputs, 'model'].map(cell).join(','))
        }
        const found = columns.map((name) => (Object.hasOwn(record, name) ? record[name] : undefined))
        lines.push([...found, answer.score, ...outputs.map((name) => answer.outputs?.[name]), answer.model].map(cell).join(','))
      }
      return encoder.encode(lines.map((line) => `${line}\r\n`).join(''))
    },
  }
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
