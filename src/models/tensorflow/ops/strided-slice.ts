import type { OpContext } from '../graph/op-context.ts'
import { constantValue, type Tensor } from '../graph/value.ts'
import { numbersOf, tensorOf } from '../const-tensor.ts'

/** What one entry of begin, end and strides does to one dimension. */
interface Cut {
  readonly entry: number
  /** Counted from the front, or from the back (negative) where an ellipsis is before it. */
  readonly axis: number
}

const END = 2 ** 31 - 1

/** x[begin:end:strides] with the masks of StridedSlice (array_ops.cc); begin and end may be computed. */
export function stridedSlice(op: OpContext): Tensor {
  const folded = foldedSlice(op)
  if (folded !== undefined) return folded
  const strides = op.numbers(3, 'strides')
  const has = (mask: string, entry: number): boolean => ((op.int(mask) >> entry) & 1) === 1
  const ellipsis = strides.findIndex((_, entry) => has('ellipsis_mask', entry))
  const isAdded = strides.map((_, entry) => entry !== ellipsis && has('new_axis_mask', entry))
  const isIndex = strides.map((_, entry) => entry !== ellipsis && !isAdded[entry] && has('shrink_axis_mask', entry))
  const cuts: Cut[] = []
  const indices: Cut[] = []
  const added: number[] = []
  // In front of the ellipsis dimensions are counted from the front, behind it from the back.
  walk(strides.length, ellipsis, (entry, step) => {
    if (isAdded[entry]) added.push(step(!isIndex[entry], 'result'))
    else (isIndex[entry] ? indices : cuts).push({ entry, axis: step(true, 'input', !isIndex[entry]) })
  })
  let x = slice(op, op.tensor(0), { cuts, strides, has })
  // Those behind an ellipsis go from the left, those in front of it from the right: so the others keep their numbers.
  const ordered = [
    ...indices.filter(({ axis }) => axis < 0).sort((a, b) => a.axis - b.axis),
    ...indices.filter(({ axis }) => axis >= 0).sort((a, b) => b.axis - a.axis),
  ]
  for (const { entry, axis } of ordered) x = op.add('Gather', [x, entryOf(op, 1, entry)], { type: x.type, attributes: { axis } })
  if (added.length > 0) return op.add('Unsqueeze', [x, op.axes(added)])
  // Of what is left only the rank is known; nothing was cut where x is the input itself.
  const rank = op.tensor(0).shape?.length
  return rank === undefined || x === op.tensor(0) ? x : { ...x, shape: Array.from({ length: rank - indices.length }, () => null) }
}

type Step = (inResult: boolean, of: 'input' | 'result', kept?: boolean) => number

/** Visits the entries but the ellipsis; `step` gives the dimension that an entry is about and counts it. */
function walk(count: number, ellipsis: number, visit: (entry: number, step: Step) => void): void {
  const front = ellipsis < 0 ? count : ellipsis
  let [input, result] = [0, 0]
  for (let entry = 0; entry < front; entry++) {
    visit(entry, (inResult, of, kept = inResult) => {
      if (of === 'result') return result++
      if (kept) result++
      return input++
    })
  }
  ;[input, result] = [-1, -1]
  for (let entry = count - 1; entry > front; entry--) {
    visit(entry, (inResult, of, kept = inResult) => {
      if (of === 'result') return result--
      if (kept) result--
      return input--
    })
  }
}

interface Slicing {
  readonly cuts: readonly Cut[]
  readonly strides: readonly number[]
  readonly has: (mask: string, entry: number) => boolean
}

function slice(op: OpContext, x: Tensor, { cuts, strides, has }: Slicing): Tensor {
  const open = { begin: (entry: number) => (strides[entry]! > 0 ? 0 : END), end: (entry: number) => (strides[entry]! > 0 ? END : -END - 1) }
  const [begins, ends] = [op.knownNumbers(1), op.knownNumbers(2)]
  const real = cuts.filter(({ entry }) => {
    const whole = has('begin_mask', entry) && has('end_mask', entry) && strides[entry] === 1
    return !whole
  })
  if (real.length === 0) return x
  const bound = (input: 1 | 2, known: readonly number[] | undefined, isOpen: (entry: number) => boolean): Tensor => {
    const otherwise = input === 1 ? open.begin : open.end
    if (known !== undefined) return op.axes(real.map(({ entry }) => (isOpen(entry) ? otherwise(entry) : known[entry]!)))
    const parts = real.map(({ entry }) =>
      isOpen(entry) ? op.axes([otherwise(entry)]) : op.add('Unsqueeze', [entryOf(op, input, entry), op.axes([0])]),
    )
    return parts.length === 1 ? parts[0]! : op.add('Concat', parts, { attributes: { axis: 0 } })
  }
  const starts = bound(1, begins, (entry) => has('begin_mask', entry))
  const stops = bound(2, ends, (entry) => has('end_mask', entry))
  return op.add('Slice', [x, starts, stops, op.axes(real.map(({ axis }) => axis)), op.axes(real.map(({ entry }) => strides[entry]!))])
}

/** One number of begin or end, as a 64-bit integer without dimensions. */
function entryOf(op: OpContext, input: 1 | 2, entry: number): Tensor {
  const known = op.knownNumbers(input)
  if (known !== undefined) return op.scalar('int64', known[entry]!)
  return op.add('Gather', [op.cast(op.tensor(input), 'int64'), op.scalar('int64', entry)], { type: 'int64', attributes: { axis: 0 } })
}

/** Part of a constant list: what shapes are made of. */
function foldedSlice(op: OpContext): Tensor | undefined {
  const { constant } = op.tensor(0)
  if (constant === undefined || constant.shape.length !== 1 || !constant.type.includes('int') || constant.shape[0]! > 1000) return undefined
  const [begin, end, stride] = [op.knownNumbers(1), op.knownNumbers(2), op.knownNumbers(3)]
  if (begin?.length !== 1 || end?.length !== 1 || stride?.[0] !== 1 || op.int('new_axis_mask') !== 0 || op.int('ellipsis_mask') !== 0)
    return undefined
  const values = numbersOf(constant)!
  if (op.int('shrink_axis_mask') === 1) {
    const value = values.at(begin[0]!)
    return value === undefined ? undefined : constantValue(tensorOf(constant.type, [], [value]))
  }
  const part = values.slice(op.int('begin_mask') === 1 ? 0 : begin[0], op.int('end_mask') === 1 ? undefined : end[0])
  return constantValue(tensorOf(constant.type, [part.length], part))
}

/** Slices texts before the graph runs, where all bounds are constant. */
export function preparedSlice(op: OpContext): Tensor[] | undefined {
  const { type, shape } = op.tensor(0)
  const [begins, ends, strides] = [op.knownNumbers(1), op.knownNumbers(2), op.knownNumbers(3)]
  if (type !== 'string' || shape === undefined || begins === undefined || ends === undefined || strides === undefined) return undefined
  if (op.int('ellipsis_mask') !== 0 || op.int('new_axis_mask') !== 0 || begins.length > shape.length || strides.includes(0))
    return undefined
  const drop = op.int('shrink_axis_mask')
  const left = shape.map((size, i) => (i < begins.length ? null : size)).filter((_, i) => ((drop >> i) & 1) === 0)
  const openBegins = op.int('begin_mask') & ~drop
  return op.prepare('slice', [{ type, shape: left }], { begins, ends, strides, openBegins, openEnds: op.int('end_mask'), drop })
}
