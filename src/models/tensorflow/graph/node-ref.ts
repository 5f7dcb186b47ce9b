import { SluiceError } from '../../../core/errors.ts'
import type { GraphNode } from '../proto/read-graph.ts'

/** An output of a node, or (where `index` is null) a parameter of the function. */
export interface NodeRef {
  readonly name: string
  readonly index: number | null
}

/** The names of the outputs of ops that have several, in order: a function's body says `node:name:0`. */
const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  TopK: ['values', 'indices'],
  TopKV2: ['values', 'indices'],
  Switch: ['output_false', 'output_true'],
  Merge: ['output', 'value_index'],
  FusedBatchNorm: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2'],
  FusedBatchNormV2: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2'],
  FusedBatchNormV3: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2', 'reserve_space_3'],
  Unique: ['y', 'idx'],
  UniqueV2: ['y', 'idx'],
  UniqueWithCounts: ['y', 'idx', 'count'],
  Moments: ['mean', 'variance'],
  TensorListPopBack: ['output_handle', 'tensor'],
  LookupTableExportV2: ['keys', 'values'],
  StringSplit: ['indices', 'values', 'shape'],
  StringSplitV2: ['indices', 'values', 'shape'],
  LSTMBlockCell: ['i', 'cs', 'f', 'o', 'ci', 'co', 'h'],
  SoftmaxCrossEntropyWithLogits: ['loss', 'backprop'],
}

/** Reads an input as a graph writes it: `node` or `node:1`. */
export function graphRef(text: string): NodeRef {
  const at = text.lastIndexOf(':')
  if (at < 0) return { name: text, index: 0 }
  return { name: text.slice(0, at), index: indexIn(text.slice(at + 1), text) }
}

/** Reads an input as a function's body writes it: `parameter`, or `node:output:1`, the number counting within the output. */
export function functionRef(text: string, nodes: ReadonlyMap<string, GraphNode>): NodeRef {
  const [name, output, index] = text.split(':') as [string, string?, string?]
  if (output === undefined) return { name, index: nodes.has(name) ? 0 : null }
  if (/^\d+$/.test(output)) return { name, index: indexIn(output, text) }
  const place = OUTPUTS[nodes.get(name)?.op ?? '']?.indexOf(output) ?? 0
  return { name, index: Math.max(0, place) + indexIn(index ?? '0', text) }
}

function indexIn(digits: string, text: string): number {
  if (!/^\d{1,6}$/.test(digits)) throw new SluiceError('model.malformed', `'${text}' names no output of a node`)
  return Number(digits)
}
