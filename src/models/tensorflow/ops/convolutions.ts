import type { OpContext } from '../graph/op-context.ts'
import type { Tensor } from '../graph/value.ts'
import { addBias, fused } from './matrices.ts'
import { type OpEntry, type OpTable } from './op-table.ts'

/** Where the channels of a picture, or of anything with dimensions in space, are. */
export function channelsFirst(op: OpContext): boolean {
  return op.text('data_format').startsWith('NC')
}

/** x with its channels in the second dimension, as ONNX has them; `spatial` counts the dimensions in space. */
export function toChannelsFirst(op: OpContext, x: Tensor, spatial: number): Tensor {
  if (channelsFirst(op)) return x
  const perm = [0, spatial + 1, ...Array.from({ length: spatial }, (_, i) => i + 1)]
  return op.add('Transpose', [x], { attributes: { perm } })
}

/** Back to where the channels were. */
export function fromChannelsFirst(op: OpContext, x: Tensor, spatial: number): Tensor {
  if (channelsFirst(op)) return x
  const perm = [0, ...Array.from({ length: spatial }, (_, i) => i + 2), 1]
  return op.add('Transpose', [x], { attributes: { perm } })
}

/** The entries of an attribute with a number per dimension that are about space. */
export function inSpace(op: OpContext, values: readonly number[], spatial: number): number[] {
  if (values.length === 0) return Array.from({ length: spatial }, () => 1)
  return channelsFirst(op) ? values.slice(2) : values.slice(1, 1 + spatial)
}

function sizesOf(op: OpContext, filter: Tensor, rank: number): readonly number[] {
  const sizes = filter.shape
  if (sizes?.length === rank && sizes.every((size) => size !== null)) return sizes
  throw op.unsupported('takes weights that are computed; their shape must be known')
}

/** The attributes for padding: as the op says, in ONNX's way. */
export function padding(
  op: OpContext,
  kernel: readonly number[],
  dilations: readonly number[],
): Readonly<Record<string, string | readonly number[]>> {
  const spatial = kernel.length
  const kind = op.text('padding')
  if (kind === 'EXPLICIT') {
    const all = op.ints('explicit_paddings')
    const first = channelsFirst(op) ? 4 : 2
    const pairs = all.slice(first, first + 2 * spatial)
    return { pads: [0, 1].flatMap((side) => pairs.filter((_, i) => i % 2 === side)) }
  }
  if (kind !== 'SAME') return { pads: Array.from({ length: 2 * spatial }, () => 0) }
  if (dilations.every((dilation) => dilation === 1)) return { auto_pad: 'SAME_UPPER' }
  if (inSpace(op, op.ints('strides'), spatial).some((stride) => stride !== 1))
    throw op.unsupported('has strides and dilations and pads to the same size')
  const totals = kernel.map((size, i) => (size - 1) * dilations[i]!)
  return { pads: [...totals.map((total) => Math.floor(total / 2)), ...totals.map((total) => Math.ceil(total / 2))] }
}

function convolve(op: OpContext, spatial: number): Tensor {
  const filter = op.tensor(1)
  const sizes = sizesOf(op, filter, spatial + 2)
  const kernel = sizes.slice(0, spatial)
  const dilations = inSpace(op, op.ints('dilations'), spatial)
  const space = Array.from({ length: spatial }, (_, i) => i)
  const weights = op.add('Transpose', [filter], { attributes: { perm: [spatial + 1, spatial, ...space] } })
  const x = toChannelsFirst(op, op.tensor(0), spatial)
  const attributes = {
    kernel_shape: kernel,
    strides: inSpace(op, op.ints('strides'), spatial),
    dilations,
    ...padding(op, kernel, dilations),
  }
  const channels = op.tensor(0).shape?.at(channelsFirst(op) ? 1 : -1)
  const group = channels == null ? 1 : channels / sizes[spatial]!
  return fromChannelsFirst(op, op.add('Conv', [x, weights], { attributes: { ...attributes, group } }), spatial)
}

function convolveDepthwise(op: OpContext): Tensor {
  const filter = op.tensor(1)
  const [height, width, channels, multiplier] = sizesOf(op, filter, 4) as [number, number, number, number]
  const kernel = [height, width]
  const dilations = inSpace(op, op.ints('dilations'), 2)
  const turned = op.add('Transpose', [filter], { attributes: { perm: [2, 3, 0, 1] } })
  const weights = op.add('Reshape', [turned, op.axes([channels * multiplier, 1, height, width])])
  const attributes = {
    kernel_shape: kernel,
    strides: inSpace(op, op.ints('strides'), 2),
    dilations,
    ...padding(op, kernel, dilations),
    group: channels,
  }
  return fromChannelsFirst(op, op.add('Conv', [toChannelsFirst(op, op.tensor(0), 2), weights], { attributes }), 2)
}

/**
 * A transposed convolution: the whole of it, and of that the part that the asked-for size has. TensorFlow gives the size as a
 * tensor, and pads as the convolution would that makes the input out of it.
 */
function convolveTransposed(op: OpContext, spatial: number): Tensor {
  const filter = op.tensor(1)
  const kernel = sizesOf(op, filter, spatial + 2).slice(0, spatial)
  if (op.text('padding') === 'EXPLICIT') throw op.unsupported('has explicit paddings')
  const dilations = inSpace(op, op.ints('dilations'), spatial)
  const strides = inSpace(op, op.ints('strides'), spatial)
  const space = Array.from({ length: spatial }, (_, i) => i)
  const weights = op.add('Transpose', [filter], { attributes: { perm: [spatial + 1, spatial, ...space] } })
  const x = toChannelsFirst(op, op.tensor(2), spatial)
  const whole = op.add('ConvTranspose', [x, weights], { attributes: { kernel_shape: kernel, strides, dilations } })
  const first = channelsFirst(op) ? 2 : 1
  const wanted = op.add('Slice', [op.cast(op.tensor(0), 'int64'), op.axes([first]), op.axes([first + spatial])])
  const size = op.add('Slice', [op.add('Shape', [whole], { type: 'int64' }), op.axes([2]), op.axes([2 + spatial])])
  const zero = op.scalar('int64', 0)
  const surplus = op.add('Max', [op.add('Sub', [size, wanted]), zero])
  const begin = op.text('padding') === 'SAME' ? op.add('Div', [surplus, op.scalar('int64', 2)]) : op.add('Mul', [surplus, zero])
  const lacking = op.add('Max', [op.add('Sub', [wanted, size]), zero])
  const none = op.axes(Array.from({ length: spatial + 4 }, () => 0))
  const enough = op.add('Pad', [whole, op.add('Concat', [none, lacking], { attributes: { axis: 0 } })])
  const part = op.add('Slice', [enough, begin, op.add('Add', [begin, wanted]), op.axes(space.map((i) => i + 2))])
  return fromChannelsFirst(op, part, spatial)
}

function pool(operator: 'MaxPool' | 'AveragePool', spatial: number): OpEntry {
  return {
    convert: (op) => {
      const kernel = inSpace(op, op.ints('ksize'), spatial)
      const attributes = {
        kernel_shape: kernel,
        strides: inSpace(op, op.ints('strides'), spatial),
        ...padding(
          op,
          kernel,
          kernel.map(() => 1),
        ),
      }
      const x = toChannelsFirst(op, op.tensor(0), spatial)
      const pooled = op.add(operator, [x], { attributes: operator === 'MaxPool' ? attributes : { ...attributes, count_include_pad: 0 } })
      return fromChannelsFirst(op, pooled, spatial)
    },
  }
}

/** Convolutions and pooling, with the channels last or first. */
export const CONVOLUTIONS: OpTable = {
  Conv2D: { convert: (op) => convolve(op, 2) },
  Conv3D: { convert: (op) => convolve(op, 3) },
  DepthwiseConv2dNative: { convert: convolveDepthwise },
  Conv2DBackpropInput: { convert: (op) => convolveTransposed(op, 2), note: 'explicit paddings' },
  Conv3DBackpropInputV2: { convert: (op) => convolveTransposed(op, 3), note: 'explicit paddings' },
  _FusedConv2D: {
    convert: (op) =>
      (op.attribute('fused_ops').list?.texts ?? []).reduce(
        (x, name) => (name === 'BiasAdd' ? addBias(op, x, op.tensor(2)) : fused(op, x, name)),
        convolve(op, 2),
      ),
  },
  MaxPool: pool('MaxPool', 2),
  MaxPool3D: pool('MaxPool', 3),
  AvgPool: pool('AveragePool', 2),
  AvgPool3D: pool('AveragePool', 3),
}
