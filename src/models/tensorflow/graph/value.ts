import type { SluiceError } from '../../../core/errors.ts'
import type { ConstTensor } from '../const-tensor.ts'
import type { DataType } from '../data-types.ts'
import type { Shape } from '../proto/read-tensor.ts'

/** A tensor of the ONNX graph: known already, or what a node there gives. */
export interface Tensor {
  readonly kind: 'tensor'
  readonly type: DataType
  /** The name of the value in the ONNX graph. A constant gets one when it is used there. */
  readonly name?: string
  readonly constant?: ConstTensor
  /** The number of the value among those that are prepared before the graph runs. A tensor that is only there gets a name when it is used in the graph. */
  readonly prepared?: number
  /** Where it is known. */
  readonly shape?: Shape
}

/** A variable or a lookup table, by where it is made. */
export interface Resource {
  readonly kind: 'resource'
  readonly op: string
  /** The names of the calls and the node that lead to it. */
  readonly path: string
  /** TensorFlow's name for what several nodes share. */
  readonly sharedName: string
}

/** A list of tensors: a sequence of the ONNX graph, or the parts of a tensor along its first dimension. */
export interface TensorList {
  readonly kind: 'list'
  readonly type: DataType
  readonly sequence?: string
  readonly stacked?: Tensor
}

/** What a branch gives that is not taken (Switch, Merge). */
export interface Dead {
  readonly kind: 'dead'
}

/** What can't be converted. It is an error only where the model's outputs need it. */
export interface Refused {
  readonly kind: 'refused'
  readonly error: SluiceError
}

/** What an input or output of a TensorFlow node becomes. */
export type Value = Tensor | Resource | TensorList | Dead | Refused

export const DEAD: Dead = { kind: 'dead' }

export function constantValue(constant: ConstTensor): Tensor {
  return { kind: 'tensor', type: constant.type, constant, shape: constant.shape }
}

/** The shape of what these are broadcast to; undefined where it is not known. A size that is known of none is not known. */
export function broadcastShape(...shapes: readonly Shape[]): Shape {
  if (shapes.includes(undefined)) return undefined
  const rank = Math.max(...shapes.map((shape) => shape!.length))
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.map((shape) => shape![i - rank + shape!.length] ?? (i - rank + shape!.length < 0 ? 1 : null))
    return sizes.find((size) => size !== null && size !== 1) ?? (sizes.includes(null) ? null : 1)
  })
}
