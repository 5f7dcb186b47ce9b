import { TENSOR_TYPES } from './tensor-types.ts'

/** How far a part of ONNX is supported. */
export interface OnnxSupport {
  readonly feature: string
  readonly kind: 'file' | 'input' | 'output' | 'batch'
  readonly supported: boolean
  /** How it is used, what is left out, or why it is not supported. */
  readonly note?: string
}

const types = Object.keys(TENSOR_TYPES).join(', ')

/** What an ONNX model may be: docs/formats.md is generated from it. */
export const ONNX_SUPPORT: readonly OnnxSupport[] = [
  {
    feature: 'operators',
    kind: 'file',
    supported: true,
    note: "those of ONNX Runtime's CPU provider in ai.onnx, ai.onnx.ml and com.microsoft",
  },
  { feature: 'functions in the file', kind: 'file', supported: true },
  {
    feature: 'operators of other domains',
    kind: 'file',
    supported: false,
    note: 'custom operators are code that does not travel with the model',
  },
  { feature: 'external data', kind: 'file', supported: false, note: 'a model is one file; tensors outside of it are never read' },
  { feature: "ONNX Runtime's ORT format", kind: 'file', supported: false },
  {
    feature: 'tensor with a column per feature',
    kind: 'input',
    supported: true,
    note: 'names from the metadata feature_names, else by position',
  },
  { feature: 'a tensor per feature', kind: 'input', supported: true, note: "[N, 1] or [N]; the tensor's name is the feature's" },
  { feature: `elements of ${types}`, kind: 'input', supported: true },
  { feature: 'elements of other types', kind: 'input', supported: false },
  { feature: 'more than two dimensions', kind: 'input', supported: true, note: 'all but the first of a fixed size; a column per element' },
  { feature: 'sequences, maps, optional and sparse inputs', kind: 'input', supported: false },
  {
    feature: 'missing values',
    kind: 'input',
    supported: true,
    note: "as NaN, where the graph has tree ensembles or an Imputer, or the descriptor's metadata has missing=nan; else the record is rejected",
  },
  { feature: 'label and probabilities', kind: 'output', supported: true, note: 'as label and probability(<class>)' },
  { feature: 'ZipMap', kind: 'output', supported: true, note: 'taken out of the graph; its classes name the columns' },
  { feature: 'numbers', kind: 'output', supported: true, note: 'the only one as score, else a column per element, named after its tensor' },
  {
    feature: 'the score chosen by name',
    kind: 'output',
    supported: true,
    note: "the descriptor's metadata output=probability(<class>), for example",
  },
  { feature: `elements of ${types}`, kind: 'output', supported: true },
  { feature: 'other sequences and maps, optional and sparse outputs', kind: 'output', supported: false },
  { feature: 'any number of rows', kind: 'batch', supported: true },
  { feature: 'one row at a time', kind: 'batch', supported: true, note: 'slower: a call per row' },
  { feature: 'another fixed number of rows', kind: 'batch', supported: false },
]
