import { create } from '@bufbuild/protobuf'
import { SluiceError } from '../core/errors.ts'
import type { GoldenVectors } from '../core/model.ts'
import {
  type GoldenValue,
  GoldenValueSchema,
  GoldenVectorSchema,
  GoldenVectorsSchema,
  type GoldenVectors as Wire,
} from './gen/sluice/model_descriptor_pb.js'

/** More would make loading slow, and every node remembers them. */
const MAX_VECTORS = 1000
const DEFAULT_TOLERANCE = 1e-6

/** The golden vectors of a descriptor. Throws `model.descriptor.malformed` for what can't be replayed. */
export function decodeGolden(wire: Wire): GoldenVectors {
  const { vectors, absoluteTolerance, relativeTolerance } = wire
  if (vectors.length > MAX_VECTORS) throw malformed(`there are ${vectors.length}; at most ${MAX_VECTORS} are replayed`)
  if (!(absoluteTolerance >= 0 && absoluteTolerance < Infinity && relativeTolerance >= 0 && relativeTolerance < Infinity))
    throw malformed(`the tolerances are ${absoluteTolerance} and ${relativeTolerance}; they must be finite, and not negative`)
  const isDefault = absoluteTolerance === 0 && relativeTolerance === 0
  return {
    absoluteTolerance: isDefault ? DEFAULT_TOLERANCE : absoluteTolerance,
    relativeTolerance: isDefault ? DEFAULT_TOLERANCE : relativeTolerance,
    vectors: vectors.map(({ inputs, outputs }, i) => {
      if (Object.keys(outputs).length === 0) throw malformed(`vector ${i + 1} has no outputs, so there is nothing to compare`)
      return { inputs: plain(inputs, i), outputs: plain(outputs, i) }
    }),
  }
}

/** The message for golden vectors. */
export function encodeGolden({ vectors, absoluteTolerance, relativeTolerance }: GoldenVectors): Wire {
  return create(GoldenVectorsSchema, {
    absoluteTolerance,
    relativeTolerance,
    vectors: vectors.map(({ inputs, outputs }) => create(GoldenVectorSchema, { inputs: wired(inputs), outputs: wired(outputs) })),
  })
}

function plain(values: Readonly<Record<string, GoldenValue>>, vector: number): Record<string, number | string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, { kind }]) => {
      if (kind.case === undefined) throw malformed(`'${name}' of vector ${vector + 1} has no value`)
      return [name, kind.value]
    }),
  )
}

function wired(values: Readonly<Record<string, number | string>>): Record<string, GoldenValue> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      create(GoldenValueSchema, { kind: typeof value === 'number' ? { case: 'number', value } : { case: 'text', value } }),
    ]),
  )
}

function malformed(problem: string): SluiceError {
  return new SluiceError('model.descriptor.malformed', `the golden vectors can't be used: ${problem}`)
}
