import { Tensor } from 'onnxruntime-node'
import { TENSOR_TYPES, type TensorType } from '../onnx/tensor-types.ts'
import { DATA_TYPES, findDataType } from '../tensorflow/data-types.ts'
import type { Address, CApi } from './c-api.ts'

/** Bytes of a TF_TString. */
const TEXT_SIZE = 24

/** A tensor in TensorFlow's memory with what is in this one, which the caller deletes with `deleteTensor`. */
export function toNative(c: CApi, { type, data, dims }: Tensor): Address {
  const sizes = BigInt64Array.from(dims, BigInt)
  const { tensorflow, size } = DATA_TYPES[type as TensorType]
  const count = dims.reduce((product, one) => product * one, 1)
  const tensor = c.TF_AllocateTensor(tensorflow, sizes, sizes.length, count * (type === 'string' ? TEXT_SIZE : size))
  if (tensor === null) throw new Error(`TensorFlow has no memory for a tensor of [${dims.join(', ')}]`)
  const address = c.TF_TensorData(tensor)
  if (type === 'string') writeTexts(c, address, data as string[])
  else if (count > 0) {
    const { buffer, byteOffset, byteLength } = data as Float32Array
    c.copyOut(address, new Uint8Array(buffer, byteOffset, byteLength), byteLength)
  }
  return tensor
}

function writeTexts(c: CApi, address: Address, texts: readonly string[]): void {
  const encoder = new TextEncoder()
  for (const [i, text] of texts.entries()) {
    const at = address + BigInt(i * TEXT_SIZE)
    const bytes = encoder.encode(text)
    c.TF_StringInit(at)
    c.TF_StringCopy(at, bytes, bytes.length)
  }
}

/** What is in one of TensorFlow's tensors. Throws where its element type is not one that outputs may have. */
export function fromNative(c: CApi, tensor: Address): Tensor {
  const dims = Array.from({ length: c.TF_NumDims(tensor) }, (_, i) => Number(c.TF_Dim(tensor, i)))
  const count = dims.reduce((product, one) => product * one, 1)
  const type = findDataType(c.TF_TensorType(tensor))
  if (type === undefined || !(type in TENSOR_TYPES)) throw new Error(`TensorFlow gave a tensor of its type ${c.TF_TensorType(tensor)}`)
  const create = TENSOR_TYPES[type as TensorType].create
  if (create === undefined) return new Tensor('string', readTexts(c, tensor, count), dims)
  const values = create(count)
  if (count > 0) c.copyIn(new Uint8Array(values.buffer), c.TF_TensorData(tensor), Number(c.TF_TensorByteSize(tensor)))
  return new Tensor(type as 'float32', values as Float32Array, dims)
}

function readTexts(c: CApi, tensor: Address, count: number): string[] {
  const address = c.TF_TensorData(tensor)
  const decoder = new TextDecoder()
  return Array.from({ length: count }, (_, i) => {
    const at = address + BigInt(i * TEXT_SIZE)
    const bytes = new Uint8Array(Number(c.TF_StringGetSize(at)))
    if (bytes.length > 0) c.copyIn(bytes, c.TF_StringGetDataPointer(at), bytes.length)
    return decoder.decode(bytes)
  })
}

/** Gives a tensor's memory back. */
export function deleteTensor(c: CApi, tensor: Address): void {
  if (c.TF_TensorType(tensor) === DATA_TYPES.string.tensorflow) {
    const address = c.TF_TensorData(tensor)
    const count = Number(c.TF_TensorByteSize(tensor)) / TEXT_SIZE
    for (let i = 0; i < count; i++) c.TF_StringDealloc(address + BigInt(i * TEXT_SIZE))
  }
  c.TF_DeleteTensor(tensor)
}
