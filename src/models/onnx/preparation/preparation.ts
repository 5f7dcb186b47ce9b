import { Tensor } from 'onnxruntime-node'
import { TENSOR_TYPES, type TensorArray, type TensorType } from '../tensor-types.ts'
import { STEPS, type StepAttributes } from './steps.ts'

/** One step: what it does, which values it takes, which it makes, by their numbers. */
export interface PreparationStep {
  readonly step: string
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  readonly attributes: StepAttributes
}

export interface PreparedConstant {
  readonly type: TensorType
  readonly dims: readonly number[]
  /** In the memory order of this machine; empty for texts. */
  readonly raw: Uint8Array
  readonly texts?: readonly string[]
}

/** What is done with the inputs of a model before its graph runs, which ONNX has no operators for: plain data, that can be sent to a thread. */
export interface Preparation {
  /** Inputs of the model, with the numbers of their values. */
  readonly inputs: readonly { readonly name: string; readonly value: number }[]
  readonly constants: readonly { readonly value: number; readonly constant: PreparedConstant }[]
  /** In their order: each takes what is there before. */
  readonly steps: readonly PreparationStep[]
  /** Inputs of the graph that the steps make. */
  readonly outputs: readonly { readonly name: string; readonly value: number }[]
}

/** Adds what the preparation makes of the given inputs. */
export type Prepare = (feeds: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>

/** Makes the function. Throws `model.unsupported` for a regular expression that can't be run here. */
export function createPrepare({ inputs, constants, steps, outputs }: Preparation): Prepare {
  const fixed = constants.map(({ value, constant }) => ({ value, tensor: tensorOf(constant) }))
  const ready = steps.map((step) => ({ ...step, run: STEPS[step.step]!(step.attributes) }))
  return (feeds) => {
    const values: Tensor[] = []
    for (const { name, value } of inputs) values[value] = feeds[name]!
    for (const { value, tensor } of fixed) values[value] = tensor
    for (const step of ready) {
      const made = step.run(step.inputs.map((value) => values[value]!))
      for (const [i, value] of step.outputs.entries()) values[value] = made[i]!
    }
    return { ...feeds, ...Object.fromEntries(outputs.map(({ name, value }) => [name, values[value]!])) }
  }
}

function tensorOf({ type, dims, raw, texts }: PreparedConstant): Tensor {
  const { create } = TENSOR_TYPES[type]
  if (create === undefined) return new Tensor('string', [...(texts ?? [])], dims)
  const values: TensorArray = create(dims.reduce((product, size) => product * size, 1))
  new Uint8Array(values.buffer).set(raw)
  return new Tensor(type as 'float32', values as Float32Array, dims)
}
