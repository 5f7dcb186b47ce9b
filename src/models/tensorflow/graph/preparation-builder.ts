import type { Preparation, PreparationStep, PreparedConstant } from '../../onnx/preparation/preparation.ts'
import type { StepAttributes } from '../../onnx/preparation/steps.ts'
import { TENSOR_TYPES, type TensorType } from '../../onnx/tensor-types.ts'
import type { ConstTensor } from '../const-tensor.ts'
import type { OnnxEnd } from './onnx-body.ts'
import type { Tensor } from './value.ts'

/** Collects what is done with a model's inputs before its graph runs, in steps that ONNX has no operators for. */
export class PreparationBuilder {
  readonly #inputs: { readonly name: string; readonly value: number }[] = []
  readonly #constants: { readonly value: number; readonly constant: PreparedConstant }[] = []
  readonly #steps: PreparationStep[] = []
  readonly #outputs: (OnnxEnd & { readonly value: number })[] = []
  #next = 0

  /** The number of the value that an input of the model has. */
  input(name: string): number {
    const value = this.#next++
    this.#inputs.push({ name, value })
    return value
  }

  /** Whether the tensor is there before the graph runs. */
  has({ prepared, constant, type }: Tensor): boolean {
    return prepared !== undefined || (constant !== undefined && type in TENSOR_TYPES)
  }

  /** Adds a step, whose outputs are of these types and shapes. */
  add(
    step: string,
    inputs: readonly Tensor[],
    { attributes, outputs }: { attributes: StepAttributes; outputs: readonly Omit<Tensor, 'kind'>[] },
  ): Tensor[] {
    const values = outputs.map(() => this.#next++)
    this.#steps.push({ step, inputs: inputs.map((one) => this.#valueOf(one)), outputs: values, attributes })
    return outputs.map((output, i) => ({ ...output, kind: 'tensor', prepared: values[i]! }))
  }

  #valueOf({ prepared, constant, type }: Tensor): number {
    if (prepared !== undefined) return prepared
    const value = this.#next++
    const { shape, raw, texts } = constant as ConstTensor
    const decoder = new TextDecoder()
    const plain = {
      type: type as TensorType,
      dims: shape,
      raw: raw.slice(),
      ...(texts && { texts: texts.map((text) => decoder.decode(text)) }),
    }
    this.#constants.push({ value, constant: plain })
    return value
  }

  /** The name that a prepared value has in the graph. */
  nameOf({ prepared, type, shape }: Tensor): string {
    const known = this.#outputs.find((output) => output.value === prepared)
    if (known !== undefined) return known.name
    const name = `tf:prepared:${prepared}`
    this.#outputs.push({ name, type, value: prepared!, ...(shape !== undefined && { shape }) })
    return name
  }

  /** The inputs of the graph that are prepared. */
  get ends(): readonly OnnxEnd[] {
    return this.#outputs.map(({ name, type, shape }) => ({ name, type, ...(shape !== undefined && { shape }) }))
  }

  /** What the graph needs; undefined where that is nothing. */
  preparation(): Preparation | undefined {
    if (this.#outputs.length === 0) return undefined
    const needed = new Set(this.#outputs.map((output) => output.value))
    const steps: PreparationStep[] = []
    for (const step of this.#steps.toReversed()) {
      if (!step.outputs.some((value) => needed.has(value))) continue
      for (const value of step.inputs) needed.add(value)
      steps.unshift(step)
    }
    return {
      inputs: this.#inputs.filter(({ value }) => needed.has(value)),
      constants: this.#constants.filter(({ value }) => needed.has(value)),
      steps,
      outputs: this.#outputs.map(({ name, value }) => ({ name, value })),
    }
  }
}
