import { SluiceError } from '../../../core/errors.ts'
import type { ForestOptions } from '../../forest/forest.ts'
import { readInputs } from '../input-tensors.ts'
import { readOnnxGraph, type OnnxGraph, type ValueInfo } from '../onnx-graph.ts'
import type { InputTensor, OnnxSignature, OutputTensor } from '../signature.ts'
import type { Attribute } from './attributes.ts'
import { readEnsemble } from './ensemble-forest.ts'
import { fitHeads, type TreeHead } from './tree-heads.ts'
import { recogniseTreeGraph, type TreeGraph } from './tree-graph.ts'

/** A model that is one ensemble of trees, and can be scored by our own scorer as ONNX Runtime scores it. Plain data. */
export interface TreeEnsemble {
  readonly signature: OnnxSignature
  /** What is done with a row before the trees see it. */
  readonly heads: readonly TreeHead[]
  readonly forest: ForestOptions
  readonly ending: Ending
  /** By output of the signature: whether it is the label or the numbers. */
  readonly parts: readonly ('label' | 'numbers')[]
  /** The classes, in their order; empty where there are none. */
  readonly labels: readonly string[]
}

/** What ONNX Runtime does with the sums of a row. */
export interface Ending {
  /**
   * - `numbers`: they are the output.
   * - `binaryShare`: one sum p; the output is 1 - p and p, the label the second class where p > 0.5.
   * - `binaryMargin`: one sum; the output is the logistic function of its negative and of it, the label the second class where it is > 0.
   * - `classes`: a sum per class, transformed; the label is the first of the greatest sums.
   */
  readonly kind: 'numbers' | 'binaryShare' | 'binaryMargin' | 'classes'
  readonly transform: 'NONE' | 'LOGISTIC' | 'SOFTMAX'
  /** Added to the sums at the end; empty for none. */
  readonly base: readonly number[]
  /** What sums are divided by before; 1 where they are not. */
  readonly divisor: number
}

const NONE: Attribute = { ints: [], floats: [], strings: [] }
const FLOAT = 1
const INT64 = 7
const STRING = 8

/**
 * Reads a model that is one ensemble of trees. Undefined for other models, and for ensembles of which ONNX Runtime makes something
 * that our scorer does not do exactly: those are ONNX Runtime's. Throws what reading an ONNX file throws.
 */
export function readTreeEnsemble(bytes: Uint8Array, metadata: Readonly<Record<string, string>>): TreeEnsemble | undefined {
  const graph = readOnnxGraph(bytes)
  const [input] = graph.inputs
  if (input === undefined || graph.inputs.length > 1 || input.elementType !== FLOAT || input.shape?.length !== 2) return undefined
  const trees = recogniseTreeGraph(bytes, input.name)
  if (trees === undefined) return undefined
  const { tensors, featureNames, oneRow } = readInputs(graph, metadata)
  const attribute = (name: string): Attribute => trees.attributes.get(name) ?? NONE
  const isClassifier = trees.operator === 'TreeEnsembleClassifier'
  const labels = isClassifier ? [...attribute('classlabels_strings').strings, ...attribute('classlabels_int64s').ints.map(String)] : []
  const shape = isClassifier ? classifierShape(attribute, labels.length) : regressorShape(attribute)
  if (shape === undefined || oneRow || !fitHeads(trees.heads, tensors[0]!.width)) return undefined
  const leaves = leafWeights(attribute, isClassifier ? 'class' : 'target')
  const ensemble = readOrLeave(() => readEnsemble(trees.attributes, leaves, { features: tensors[0]!.width, sums: shape.sums }))
  if (ensemble === undefined || (shape.ending.kind === 'classes' && !ensemble.complete)) return undefined
  const outputs = outputsOf(graph, trees, labels, isClassifier ? Math.max(2, shape.sums) : shape.sums)
  if (outputs === undefined) return undefined
  const divisor = attribute('aggregate_function').strings[0] === 'AVERAGE' ? ensemble.forest.nodes.roots.length : 1
  return {
    signature: signatureOf(tensors, featureNames, outputs),
    heads: trees.heads,
    forest: ensemble.forest,
    ending: { ...shape.ending, divisor },
    labels,
    parts: graph.outputs.map((output) => (isClassifier && trees.origins.get(output.name) === 0 ? 'label' : 'numbers')),
  }
}

/** What is malformed is for ONNX Runtime to refuse. */
function readOrLeave<T>(read: () => T | undefined): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof SluiceError && error.scope === 'model') return undefined
    throw error
  }
}

type AttributeOf = (name: string) => Attribute

interface Shape {
  readonly sums: number
  readonly ending: Omit<Ending, 'divisor'>
}

function regressorShape(attribute: AttributeOf): Shape | undefined {
  const sums = attribute('n_targets').ints[0] ?? 0
  const base = attribute('base_values').floats
  const aggregate = attribute('aggregate_function').strings[0] ?? 'SUM'
  if (transformOf(attribute) !== 'NONE' || !['SUM', 'AVERAGE'].includes(aggregate)) return undefined
  if (sums < 1 || (base.length !== 0 && base.length !== sums)) return undefined
  return { sums, ending: { kind: 'numbers', transform: 'NONE', base } }
}

function classifierShape(attribute: AttributeOf, classes: number): Shape | undefined {
  const transform = transformOf(attribute)
  const base = attribute('base_values').floats
  const ids = attribute('class_ids').ints
  if (transform === undefined) return undefined
  if (classes > 2) {
    return base.length === 0 || base.length === classes ? { sums: classes, ending: { kind: 'classes', transform, base } } : undefined
  }
  // With two classes ONNX Runtime takes sums of the first for those of the second; what it does with sums of both is left to it.
  if (classes !== 2 || base.length > 1 || !ids.every((id) => id === 0)) return undefined
  if (attribute('class_weights').floats.every((weight) => weight >= 0)) {
    return transform === 'NONE' ? { sums: 1, ending: { kind: 'binaryShare', transform, base } } : undefined
  }
  return transform === 'LOGISTIC' ? { sums: 1, ending: { kind: 'binaryMargin', transform, base } } : undefined
}

function transformOf(attribute: AttributeOf): Ending['transform'] | undefined {
  const name = attribute('post_transform').strings[0] ?? 'NONE'
  return name === 'NONE' || name === 'LOGISTIC' || name === 'SOFTMAX' ? name : undefined
}

function leafWeights(attribute: AttributeOf, prefix: 'class' | 'target') {
  return {
    trees: attribute(`${prefix}_treeids`).ints,
    nodes: attribute(`${prefix}_nodeids`).ints,
    ids: attribute(`${prefix}_ids`).ints,
    weights: attribute(`${prefix}_weights`).floats,
  }
}

function signatureOf(
  inputs: readonly InputTensor[],
  featureNames: readonly string[] | undefined,
  outputs: readonly OutputTensor[],
): OnnxSignature {
  return { inputs, outputs, ...(featureNames && { featureNames }), acceptsNaN: true }
}

/** What ONNX Runtime's run would show of the outputs; undefined where they are declared as something else than they are. */
function outputsOf(graph: OnnxGraph, trees: TreeGraph, labels: readonly string[], width: number): readonly OutputTensor[] | undefined {
  const outputs: OutputTensor[] = []
  for (const output of graph.outputs) {
    const origin = trees.origins.get(output.name)
    if (origin === undefined) return undefined
    const isLabel = labels.length > 0 && origin === 0
    const zipMap = graph.zipMaps.find((candidate) => candidate.output === output.name)
    const type = isLabel ? (graph.classLabels.length > 0 && trees.attributes.has('classlabels_strings') ? STRING : INT64) : FLOAT
    if (zipMap === undefined && !isDeclaredAs(output, type)) return undefined
    if (isLabel) outputs.push({ name: output.name, type: type === STRING ? 'string' : 'int64', width: 1, isLabel })
    else {
      const classes = zipMap === undefined ? (width > 1 && labels.length === width ? labels : undefined) : zipMap.labels
      if (zipMap !== undefined && zipMap.labels.length !== width) return undefined
      outputs.push({ name: output.name, type: 'float32', width, isLabel, ...(classes && { classes }) })
    }
  }
  return outputs
}

function isDeclaredAs(output: ValueInfo, type: number): boolean {
  return output.kind === 'undeclared' || (output.kind === 'tensor' && (output.elementType === 0 || output.elementType === type))
}
