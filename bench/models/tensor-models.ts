import { readFileSync } from 'node:fs'
import { OnnxBody } from '../../src/models/tensorflow/graph/onnx-body.ts'
import { constantValue } from '../../src/models/tensorflow/graph/value.ts'
import { tensorOf } from '../../src/models/tensorflow/const-tensor.ts'
import { sharedPath } from '../shared-forest.ts'

/** A model with one tensor of floats in and one out, and how many records are scored with it. */
export interface TensorModel {
  readonly name: string
  readonly what: string
  readonly bytes: Uint8Array
  /** Numbers a record. */
  readonly width: number
  readonly records: number
}

/** The models that are measured: the one of the Crayfish benchmark, and networks of usual sizes with weights that are made here. */
export function tensorModels(): readonly TensorModel[] {
  return [
    {
      name: 'crayfish-ffnn',
      what: 'Crayfish: 784 pixels, 10 classes',
      bytes: readFileSync(sharedPath('crayfish-ffnn.onnx')),
      width: 784,
      records: 256 * 16,
    },
    dense('logistic', 'logistic regression of 11 features', [11, 1]),
    dense('dense-small', 'dense network 11-64-64-9', [11, 64, 64, 9]),
    dense('dense-wide', 'dense network 30-200-200-200-10', [30, 200, 200, 200, 10]),
    convolutional(),
  ]
}

/** Numbers between -1 and 1 that are always the same. */
export function numbers(count: number, seed: number): number[] {
  let state = seed >>> 0
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.fround(state / 2 ** 31 - 1)
  })
}

function weights(body: OnnxBody, shape: readonly number[], seed: number): string {
  const count = shape.reduce((product, size) => product * size, 1)
  const scale = Math.sqrt(3 / (count / shape[0]!))
  return body.nameOf(
    constantValue(
      tensorOf(
        'float32',
        shape,
        numbers(count, seed).map((one) => one * scale),
      ),
    ),
  )
}

function dense(name: string, what: string, sizes: readonly number[]): TensorModel {
  const body = new OnnxBody()
  let x = 'x'
  for (let layer = 1; layer < sizes.length; layer++) {
    const [from, to] = [sizes[layer - 1]!, sizes[layer]!]
    const sum = body.newName()
    body.add('Gemm', [[x, weights(body, [from, to], layer), weights(body, [to], layer + 100)], [sum]])
    const isLast = layer === sizes.length - 1
    x = isLast ? 'y' : body.newName()
    body.add(isLast ? 'Sigmoid' : 'Relu', [[sum], [x]])
  }
  const model = body.model([{ name: 'x', type: 'float32', shape: [null, sizes[0]!] }], [{ name: 'y', type: 'float32' }])
  return { name, what, bytes: model, width: sizes[0]!, records: 256 * 64 }
}

function convolutional(): TensorModel {
  const body = new OnnxBody()
  body.add('Conv', [['x', weights(body, [8, 1, 3, 3], 1)], ['a']], { attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } })
  body.add('Relu', [['a'], ['b']])
  body.add('MaxPool', [['b'], ['c']], { attributes: { kernel_shape: [2, 2], strides: [2, 2] } })
  body.add('Flatten', [['c'], ['d']], { attributes: { axis: 1 } })
  body.add('Gemm', [['d', weights(body, [8 * 14 * 14, 10], 2)], ['e']])
  body.add('Softmax', [['e'], ['y']], { attributes: { axis: 1 } })
  const bytes = body.model([{ name: 'x', type: 'float32', shape: [null, 1, 28, 28] }], [{ name: 'y', type: 'float32' }])
  return { name: 'convolutional', what: 'convolution 28x28x8, pooled, 10 classes', bytes, width: 784, records: 256 * 8 }
}
