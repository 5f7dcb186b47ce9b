import type { TensorArray, TensorType } from './tensor-types.ts'

/** An input of a graph. Its columns are numbers of one row. */
export interface InputTensor {
  readonly name: string
  readonly type: TensorType
  /** The sizes after the one that counts rows; empty for a tensor of one dimension, which has one number a row. */
  readonly rest: readonly number[]
  /** The number of columns: the product of `rest`. */
  readonly width: number
}

/** An output of a graph, as a run showed it. */
export interface OutputTensor {
  readonly name: string
  readonly type: TensorType
  /** Values per row. */
  readonly width: number
  /** Where true, its values are classes, as text. */
  readonly isLabel: boolean
  /** The class of each column, where the columns are classes. */
  readonly classes?: readonly string[]
}

/** What a worker found out about a model: all that is needed to make its fields and to read its answers. */
export interface OnnxSignature {
  readonly inputs: readonly InputTensor[]
  readonly outputs: readonly OutputTensor[]
  /** Names of the columns of the only input, where the model says them. */
  readonly featureNames?: readonly string[]
  /** Where true, NaN stands for a missing number. */
  readonly acceptsNaN: boolean
  /**
   * How many milliseconds a row takes in a batch, whatever is in it, where the model is so small that it may run, and be loaded, in the
   * thread of the event loop. Absent for others.
   */
  readonly rowMs?: number
}

/** The values of a tensor on their way between threads: as they are, or texts as codes into a list of the different ones. */
export type TensorData = { readonly values: TensorArray } | { readonly codes: Int32Array; readonly texts: readonly string[] }

/** Rows to run: one tensor per input of the signature. */
export interface RunRequest {
  readonly rows: number
  readonly tensors: readonly TensorData[]
}

export interface RunResult {
  /** One per output of the signature, rows x width. Integers beyond 32 bits come as doubles. */
  readonly tensors: readonly TensorData[]
  /** The rows that ONNX Runtime could not run, whose values are meaningless. */
  readonly failures: readonly { readonly row: number; readonly reason: string }[]
  /** The memory of the request, which comes back. */
  readonly spent?: readonly ArrayBuffer[]
}
