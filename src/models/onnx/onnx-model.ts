import { Dictionary } from '../../core/dictionary.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Field } from '../../core/frame.ts'
import type { Model, ModelDescriptor } from '../../core/model.ts'
import { createFrameReader } from './frame-tensors.ts'
import { createOutputColumns } from './output-columns.ts'
import type { PooledSession } from './session-pool.ts'
import type { InputTensor, OnnxSignature } from './signature.ts'

/**
 * Metadata of a descriptor that says how to use an ONNX model:
 * - `feature_names`: the names of the columns of its only input, as a JSON list or with commas between
 * - `missing`: `nan` where NaN stands for a missing number, `reject` where a record must not lack one; found out where absent
 * - `output`: the name of the output that is the score
 * - `engine`: `onnxruntime` where an ensemble of trees must be scored by ONNX Runtime too, and not by our own scorer
 */
export const METADATA = { missing: 'missing', output: 'output', engine: 'engine' } as const

/** Makes the model of a session that is loaded, or releases the session and throws. */
export function createOnnxModel(descriptor: ModelDescriptor, session: PooledSession): Model {
  try {
    return modelOf(descriptor, session)
  } catch (error) {
    session.release()
    throw error
  }
}

function modelOf({ metadata }: ModelDescriptor, session: PooledSession): Model {
  const { signature } = session
  const acceptsNaN = missingIsNaN(metadata[METADATA.missing], signature)
  const inputs = fieldsOf(signature)
  const columns = createOutputColumns(signature, metadata[METADATA.output])
  const reader = createFrameReader(signature.inputs, acceptsNaN)
  return {
    inputs,
    outputs: columns.fields,
    ...(signature.inputs.length === 1 && signature.featureNames === undefined && { positional: true }),
    score(frame, scores) {
      const { rows, tensors, frameRows, transfer } = reader.read(frame, scores)
      if (rows === 0) return undefined
      return session.run({ rows, tensors }, transfer).then((result) => {
        columns.write(result, frameRows, scores)
        reader.reuse(result.spent ?? [])
      })
    },
    [Symbol.dispose]() {
      session.release()
    },
  }
}

/** Whether NaN stands for a missing number: as the metadata's `missing` says, else as the model does. */
export function missingIsNaN(missing: string | undefined, signature: OnnxSignature): boolean {
  if (missing === undefined) return signature.acceptsNaN
  if (missing === 'nan' || missing === 'reject') return missing === 'nan'
  throw new SluiceError('model.descriptor.malformed', `the metadata's missing is '${missing}'; it may be nan or reject`)
}

/**
 * Every field is required, even where a record may lack it: records that never have it are not the ones that the model was made for.
 */
export function fieldsOf({ inputs, featureNames }: OnnxSignature): readonly Field[] {
  const names = featureNames ?? inputs.flatMap(columnNames)
  if (new Set(names).size < names.length) throw new SluiceError('model.unsupported', 'two input columns of the ONNX model share a name')
  let column = 0
  return inputs.flatMap(({ name: tensor, type, rest, width }) => {
    const vector = { name: tensor, shape: rest }
    return Array.from({ length: width }, (): Field => {
      const field = { name: names[column++]!, required: true, vector }
      return type === 'string' ? { ...field, type: 'category', dictionary: new Dictionary(), open: true } : { ...field, type: 'number' }
    })
  })
}

function columnNames({ name, width }: InputTensor): readonly string[] {
  return width === 1 ? [name] : Array.from({ length: width }, (_, i) => `${name}[${i}]`)
}
