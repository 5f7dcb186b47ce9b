import type { OpContext } from '../graph/op-context.ts'
import type { Tensor } from '../graph/value.ts'

/** The sizes of the blocks: one for each dimension in space. */
function blocksOf(op: OpContext): number[] {
  const blocks = op.numbers(1, 'block shapes')
  const rank = op.tensor(0).shape?.length
  if (rank !== undefined && rank !== blocks.length + 2) throw op.unsupported(`has ${blocks.length} dimensions in space of ${rank}`)
  return blocks
}

function join(op: OpContext, parts: readonly Tensor[]): Tensor {
  return op.add('Concat', parts, { attributes: { axis: 0 } })
}

/** Some sizes of the shape of x. */
function sizesOf(op: OpContext, x: Tensor, from: number, to: number): Tensor {
  return op.add('Slice', [op.add('Shape', [x], { type: 'int64' }), op.axes([from]), op.axes([to])])
}

/** One column of a table with two numbers a dimension. */
function column(op: OpContext, at: 0 | 1): Tensor {
  return op.add('Gather', [op.cast(op.tensor(2), 'int64'), op.scalar('int64', at)], { attributes: { axis: 1 } })
}

/** Takes blocks in space apart, each place in a block a batch of its own: how TensorFlow spreads a filter. */
export function spaceToBatch(op: OpContext): Tensor {
  const blocks = blocksOf(op)
  const space = blocks.map((_, i) => i + 1)
  const pads = join(op, [column(op, 0), column(op, 1)])
  const x = op.add('Pad', [op.tensor(0), pads, undefined, op.axes(space)])
  const parts = space.flatMap((axis, i) => [op.add('Div', [sizesOf(op, x, axis, axis + 1), op.axes([blocks[i]!])]), op.axes([blocks[i]!])])
  const apart = op.add('Reshape', [x, join(op, [sizesOf(op, x, 0, 1), ...parts, op.axes([-1])])])
  const perm = [...space.map((axis) => 2 * axis), 0, ...space.map((axis) => 2 * axis - 1), 2 * blocks.length + 1]
  const turned = op.add('Transpose', [apart], { attributes: { perm } })
  const sizes = sizesOf(op, turned, blocks.length + 1, 2 * blocks.length + 2)
  return op.add('Reshape', [turned, join(op, [op.axes([-1]), sizes])])
}

/** The way back from `spaceToBatch`, with what was added cut off. */
export function batchToSpace(op: OpContext): Tensor {
  const blocks = blocksOf(op)
  const count = blocks.length
  const x = op.tensor(0)
  const apart = op.add('Reshape', [x, join(op, [op.axes([...blocks, -1]), sizesOf(op, x, 1, count + 2)])])
  const perm = [count, ...blocks.flatMap((_, i) => [count + 1 + i, i]), 2 * count + 1]
  const turned = op.add('Transpose', [apart], { attributes: { perm } })
  const grown = op.add('Mul', [sizesOf(op, x, 1, count + 1), op.axes(blocks)])
  const whole = op.add('Reshape', [turned, join(op, [op.axes([-1]), grown, sizesOf(op, x, count + 1, count + 2)])])
  const ends = op.add('Sub', [grown, column(op, 1)])
  return op.add('Slice', [whole, column(op, 0), ends, op.axes(blocks.map((_, i) => i + 1))])
}
