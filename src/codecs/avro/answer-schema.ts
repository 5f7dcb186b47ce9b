import { invalid } from './parse-schema.ts'

const ANSWER = 'sluice.Answer'

/** What an answer is, as a field of the record that it answers. It is what proto/sluice/answer.proto is to protobuf records. */
const ANSWER_SCHEMA = {
  type: 'record',
  name: 'Answer',
  namespace: 'sluice',
  doc: 'What Sluice answered for the record.',
  fields: [
    { name: 'score', type: ['null', 'double'], default: null, doc: "The model's first output, where it is a number." },
    { name: 'label', type: ['null', 'string'], default: null, doc: "The model's first output, where it is a label." },
    { name: 'model', type: 'string', doc: 'name@version of the model that answered.' },
    { name: 'outputs', type: { type: 'map', values: 'double' }, default: {}, doc: 'Its other outputs; those without a value are absent.' },
    { name: 'labels', type: { type: 'map', values: 'string' }, default: {} },
  ],
} as const

/**
 * The schema of answers: that of the record with one more field at its end. Since a record's encoding is its fields' one after the other,
 * an answer is the record's bytes as they came, and then the field's. `used` are the schemas that it refers to. Throws `codec.schema.invalid` where the record has such a field.
 */
export function answerSchema(schema: string, field: string, used: readonly string[] = []): string {
  const record = JSON.parse(schema) as { readonly fields: readonly { readonly name: string }[] }
  if (record.fields.some(({ name }) => name === field)) {
    throw invalid(`it has a field '${field}' of its own; choose another for the answer with the stream's answer.field`)
  }
  // A record that another stream has answered brings the type along, which must not be declared again.
  const type = declares([record, ...used.map((text) => JSON.parse(text) as unknown)]) ? ANSWER : ANSWER_SCHEMA
  return JSON.stringify({ ...record, fields: [...record.fields, { name: field, type }] })
}

function declares(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false
  const { type, name, namespace } = schema as Readonly<Record<string, unknown>>
  if (type === 'record' && (name === ANSWER || (name === 'Answer' && namespace === 'sluice'))) return true
  return Object.values(schema).some(declares)
}
