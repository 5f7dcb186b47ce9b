import { SluiceError } from '../../core/errors.ts'

/**
 * Metadata of a descriptor that says how to use a TensorFlow model, besides that of ONNX models (`feature_names`, `missing`, `output`):
 * - `signature`: which signature of a SavedModel; `serving_default`, or the first, where absent
 * - `tags`: which graph of a SavedModel, with commas between; `serve` where absent
 * - `engine`: `tensorflow` where TensorFlow itself is to run the model, and not ONNX Runtime
 * - `graph_inputs`, `graph_outputs`: nodes of a frozen graph, with commas between; its placeholders and its ends where absent
 */
export interface TensorFlowMetadata {
  readonly signature: string | undefined
  readonly tags: readonly string[] | undefined
  readonly inputs: readonly string[] | undefined
  readonly outputs: readonly string[] | undefined
}

export function readMetadata(metadata: Readonly<Record<string, string>>): TensorFlowMetadata {
  return {
    signature: metadata['signature'],
    tags: list(metadata, 'tags'),
    inputs: list(metadata, 'graph_inputs'),
    outputs: list(metadata, 'graph_outputs'),
  }
}

function list(metadata: Readonly<Record<string, string>>, key: string): readonly string[] | undefined {
  const parts = metadata[key]?.split(',').map((part) => part.trim())
  if (parts?.some((part) => part === ''))
    throw new SluiceError('model.descriptor.malformed', `the metadata's ${key} is '${metadata[key]}'; it must be names with commas between`)
  return parts
}
