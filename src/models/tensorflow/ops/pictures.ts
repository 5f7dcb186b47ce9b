import type { OpContext } from '../graph/op-context.ts'
import type { Tensor } from '../graph/value.ts'
import { type OpTable } from './op-table.ts'
import { integersOf } from './integers.ts'
import { fromChannelsFirst, toChannelsFirst } from './convolutions.ts'

function resize(op: OpContext, mode: 'nearest' | 'linear'): Tensor {
  const x = op.cast(op.tensor(0), mode === 'linear' ? 'float32' : op.tensor(0).type)
  const turned = op.add('Transpose', [x], { attributes: { perm: [0, 3, 1, 2] } })
  const kept = op.add('Slice', [op.add('Shape', [turned], { type: 'int64' }), op.axes([0]), op.axes([2])])
  const sizes = op.add('Concat', [kept, integersOf(op, 1)], { attributes: { axis: 0 } })
  const coordinates = op.flag('align_corners') ? 'align_corners' : op.flag('half_pixel_centers') ? 'half_pixel' : 'asymmetric'
  const attributes = {
    mode,
    coordinate_transformation_mode: coordinates,
    ...(mode === 'nearest' && { nearest_mode: coordinates === 'asymmetric' ? 'floor' : 'round_prefer_ceil' }),
  }
  const resized = op.add('Resize', [turned, undefined, undefined, sizes], { attributes })
  return op.add('Transpose', [resized], { attributes: { perm: [0, 2, 3, 1] } })
}

/** Ops on pictures. */
export const PICTURES: OpTable = {
  ResizeNearestNeighbor: { convert: (op) => resize(op, 'nearest') },
  ResizeBilinear: { convert: (op) => resize(op, 'linear') },
  DepthToSpace: {
    convert: (op) =>
      fromChannelsFirst(
        op,
        op.add('DepthToSpace', [toChannelsFirst(op, op.tensor(0), 2)], { attributes: { blocksize: op.int('block_size'), mode: 'DCR' } }),
        2,
      ),
  },
  SpaceToDepth: {
    convert: (op) =>
      fromChannelsFirst(
        op,
        op.add('SpaceToDepth', [toChannelsFirst(op, op.tensor(0), 2)], { attributes: { blocksize: op.int('block_size') } }),
        2,
      ),
  },
}
