import { isDeepStrictEqual } from 'node:util'
import { WIRE, wireFields, type WireField } from './wire.ts'

/** What an output record's value adds to the input. */
export interface AnswerValue {
  readonly score: number | string
  readonly model: string
  readonly outputs: Readonly<Record<string, number | string | null>>
}

const ANSWER_FIELD = 1000

/** The answer in a protobuf value; throws unless the rest of the value is the input, byte for byte. */
export function protobufAnswer(input: Buffer, output: Buffer): AnswerValue {
  if (input.compare(output, 0, input.length) !== 0) throw new Error('the output does not begin with the input')
  const [added, more] = wireFields(output.subarray(input.length))
  if (added?.number !== ANSWER_FIELD || added.wireType !== WIRE.bytes || more !== undefined)
    throw new Error('what is added is not one answer')
  let score: number | string | undefined
  let model = ''
  const outputs: Record<string, number | string> = {}
  for (const { number, bytes } of wireFields(added.bytes)) {
    if (number === 1) score = bytes.readDoubleLE()
    else if (number === 2) score = bytes.toString()
    else if (number === 3) model = bytes.toString()
    else {
      const [name, value] = wireFields(bytes)
      outputs[name!.bytes.toString()] = number === 4 ? doubleOf(value) : value!.bytes.toString()
    }
  }
  return { score: score!, model, outputs }
}

/** A double that proto3 leaves out is zero. */
function doubleOf(field: WireField | undefined): number {
  return field === undefined ? 0 : field.bytes.readDoubleLE()
}

/** The answer in a JSON value; throws unless the rest of the value is the input. */
export function jsonAnswer(input: Buffer, output: Buffer): AnswerValue {
  const { answer, ...rest } = JSON.parse(output.toString()) as { answer: AnswerValue }
  if (!isDeepStrictEqual(rest, JSON.parse(input.toString())))
    throw new Error(`the output has more, or less, than the input: ${output.toString()}`)
  return { ...answer, outputs: answer.outputs ?? {} }
}
