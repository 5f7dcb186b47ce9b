import { Dictionary } from '../../core/dictionary.ts'
import { SluiceError } from '../../core/errors.ts'
import type { OutputField } from '../../core/scores.ts'

/** What a function answers in one output: a number, a label of any kind, or one of these labels. */
export type OutputType = 'number' | 'label' | readonly string[]

/** One output, named `score`; or several by name, of which the first is the score. */
export type OutputTypes = OutputType | Readonly<Record<string, OutputType>>

type ValueOf<T extends OutputType> = T extends 'number' ? number : T extends readonly (infer Label)[] ? Label : string

/** What a per-row function returns: a value; or an object of outputs, where null means "no value" (not for the first). */
export type AnswerOf<O extends OutputTypes> = O extends OutputType
  ? ValueOf<O>
  : { readonly [K in keyof O]: O[K] extends OutputType ? ValueOf<O[K]> | null : never }

/** How many different labels a function may answer with. */
export const LABEL_LIMIT = 10_000

/** The output columns, with dictionaries of their own. */
export function outputFieldsOf(outputs: OutputTypes): readonly OutputField[] {
  if (isOne(outputs)) return [outputFieldOf('score', outputs)]
  return Object.entries(outputs).map(([name, type]) => outputFieldOf(name, type))
}

function isOne(outputs: OutputTypes): outputs is OutputType {
  return typeof outputs === 'string' || Array.isArray(outputs)
}

function outputFieldOf(name: string, type: OutputType): OutputField {
  if (type === 'number') return { name, type }
  return { name, type: 'label', dictionary: new Dictionary(type === 'label' ? [] : type) }
}

/** Turns a row's answer into the value of one output column. Throws a record-scope error where the output can't have it. */
export type AnswerReader = (answer: unknown) => number

/** The readers of what a per-row function returns, one per output, in the order of `fields`. */
export function answerReadersOf(outputs: OutputTypes, fields: readonly OutputField[]): readonly AnswerReader[] {
  if (isOne(outputs)) {
    const reader = readerOf(fields[0]!, outputs)
    return [(answer) => reader(answer ?? noAnswer(fields[0]!))]
  }
  return fields.map((field, i) => {
    const reader = readerOf(field, outputs[field.name]!)
    const absent = field.type === 'number' ? NaN : -1
    return (answer) => {
      const value = (answer as Readonly<Record<string, unknown>> | null | undefined)?.[field.name]
      if (value === undefined || value === null) return i === 0 ? noAnswer(field) : absent
      return reader(value)
    }
  })
}

function readerOf(field: OutputField, type: OutputType): AnswerReader {
  if (type === 'number') return (answer) => finite(field, answer)
  return type === 'label' ? (answer) => openLabel(field, answer) : (answer) => closedLabel(field, answer)
}

function finite(field: OutputField, answer: unknown): number {
  if (typeof answer !== 'number') throw failed(`output '${field.name}' is a ${typeof answer}; the model declares it as a number`)
  if (!Number.isFinite(answer)) throw new SluiceError('record.score.not-finite', `output '${field.name}' is ${answer}`)
  return answer
}

function openLabel(field: OutputField, answer: unknown): number {
  const dictionary = field.dictionary!
  const label = textOf(field, answer)
  const code = dictionary.size < LABEL_LIMIT ? dictionary.add(label) : dictionary.code(label)
  if (code < 0) throw failed(`output '${field.name}' has more than ${LABEL_LIMIT} different labels`)
  return code
}

function closedLabel(field: OutputField, answer: unknown): number {
  const dictionary = field.dictionary!
  const code = dictionary.code(textOf(field, answer))
  if (code < 0) throw failed(`output '${field.name}' is '${String(answer)}'; declared are ${dictionary.texts.join(', ')}`)
  return code
}

function textOf(field: OutputField, answer: unknown): string {
  if (typeof answer === 'string') return answer
  throw failed(`output '${field.name}' is a ${typeof answer}; the model declares it as a label`)
}

function noAnswer(field: OutputField): never {
  throw failed(`the function gave no value for its first output '${field.name}'`)
}

function failed(message: string): SluiceError {
  return new SluiceError('record.score.failed', message)
}
