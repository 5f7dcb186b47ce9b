import { SluiceError } from '../../core/errors.ts'

/** What an answer is, as a member of the object that it answers. */
const ANSWER = {
  type: 'object',
  description: 'What Sluice answered for the record.',
  properties: {
    score: { type: ['number', 'string', 'null'], description: "The model's first output." },
    model: { type: 'string', description: 'name@version of the model that answered.' },
    outputs: { type: 'object', additionalProperties: { type: ['number', 'string', 'null'] }, description: 'Its other outputs.' },
  },
  required: ['score', 'model'],
} as const

/** The JSON Schema of answers: that of the record with one more property. Throws `codec.schema.invalid`. */
export function jsonAnswerSchema(text: string, member: string): string {
  let schema: unknown
  try {
    schema = JSON.parse(text)
  } catch (cause) {
    throw new SluiceError('codec.schema.invalid', `the JSON Schema is not JSON: ${(cause as Error).message}`, { cause })
  }
  if (schema === true) schema = {}
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw new SluiceError('codec.schema.invalid', 'the JSON Schema allows no object, and the values of a stream are objects')
  }
  const { properties } = schema as { readonly properties?: Readonly<Record<string, unknown>> }
  return JSON.stringify({ ...schema, properties: { ...properties, [member]: ANSWER } })
}
