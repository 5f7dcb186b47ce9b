import type { Forest, ForestOptions } from '../forest.ts'
import { initialSums, leafTerm, leafWidth } from '../leaf-values.ts'
import type { LaneTrees } from './lane-trees.ts'
import { COLUMN_BYTES, FREE, HEADER, LANES } from './lanes-layout.ts'
import type { LanesPlan } from './lanes-plan.ts'
import { lanesProgram } from './lanes-program.ts'
import type { RankColumns } from './rank-columns.ts'

/** Rows that are ranked and then scored at a time: their cells, ranks and sums stay in the first-level cache. */
const ROWS = 128

/** A forest that would take more memory in lanes is walked. */
const MAX_MEMORY = 2 ** 30

/** Scores a forest as planned. Undefined where this machine has no vector instructions, or no memory for it. */
export function createLanesForest(options: ForestOptions, plan: LanesPlan): Forest | undefined {
  const { slots, ranks, trees, variant, groups } = plan
  const { blocks, steps, width } = variant
  let end = FREE
  const reserve = (bytes: number): number => {
    const start = end
    end += Math.ceil(bytes / 16) * 16
    return start
  }
  const tableLength = 2 ** steps - 1
  const at = {
    columns: reserve(ranks.columns.length * COLUMN_BYTES),
    tables: reserve(ranks.columns.length * tableLength * 8),
    ranks: reserve(ROWS * blocks * LANES),
    cells: reserve(ROWS * slots.count * 8),
    sums: reserve(ROWS * options.outputs * 8),
    targets: reserve(groups * LANES * 4),
    splits: reserve(groups * trees.groupBytes(blocks)),
    leaves: reserve(groups * LANES * trees.leavesPerTree * width * 8),
  }
  if (end > MAX_MEMORY) return undefined
  const instance = lanesProgram(variant)?.instantiate(end)
  if (!instance) return undefined
  const { memory, run } = instance
  const header = new Int32Array(memory, 0, 16)
  const set = (name: keyof typeof HEADER, value: number): void => void (header[HEADER[name] / 4] = value)
  set('columns', at.columns)
  set('columnsEnd', at.columns + ranks.columns.length * COLUMN_BYTES)
  set('cells', at.cells)
  set('cellStride', slots.count * 8)
  set('ranks', at.ranks)
  set('splits', at.splits)
  set('splitsEnd', at.leaves)
  set('groupBytes', trees.groupBytes(blocks))
  set('stretchBytes', trees.stretchBytes(blocks))
  set('leaves', at.leaves)
  set('targets', at.targets)
  set('sums', at.sums)
  set('sumStride', options.outputs * 8)

  writeColumns(memory, at, { ranks, missingRight: slots.missingRight, tableLength })
  trees.write(new Uint8Array(memory, at.splits), ranks)
  writeLeaves(new Float64Array(memory, at.leaves), trees, options)
  if (options.targets) {
    const targets = new Int32Array(memory, at.targets)
    for (const [tree, target] of options.targets.entries()) targets[tree] = target * 8
  }

  const cells = new Float64Array(memory, at.cells, ROWS * slots.count)
  const sums = new Float64Array(memory, at.sums, ROWS * options.outputs)
  const { outputs, singlePrecision = false } = options
  const { columns, count: slotCount } = slots
  const initial = initialSums(options)
  return {
    kernel: variant.way,
    score(matrix, stride, rows, out, outStride = outputs) {
      for (let first = 0; first < rows; first += ROWS) {
        const count = Math.min(ROWS, rows - first)
        let cell = 0
        for (let row = first, base = first * stride; row < first + count; row++, base += stride) {
          for (let slot = 0; slot < slotCount; slot++) {
            const value = matrix[base + columns[slot]!]!
            cells[cell++] = singlePrecision ? Math.fround(value) : value
          }
        }
        for (let row = 0, next = 0; row < count; row++) for (let k = 0; k < outputs; k++) sums[next++] = initial[k]!
        header[0] = count
        run()
        let sum = 0
        for (let row = first; row < first + count; row++) for (let k = 0; k < outputs; k++) out[row * outStride + k] = sums[sum++]!
      }
    },
  }
}

function writeColumns(
  memory: ArrayBuffer,
  at: { readonly columns: number; readonly tables: number },
  { ranks, missingRight, tableLength }: { ranks: RankColumns; missingRight: Uint8Array; tableLength: number },
): void {
  for (const [index, { slot, thresholds }] of ranks.columns.entries()) {
    const address = at.tables + index * tableLength * 8
    new Int32Array(memory, at.columns + index * COLUMN_BYTES, 3).set([slot * 8, address, missingRight[slot] === 1 ? 255 : 0])
    // The search is over a table of fixed length; NaN is not below any cell.
    const table = new Float64Array(memory, address, tableLength).fill(Number.NaN)
    table.set(thresholds)
  }
}

function writeLeaves(values: Float64Array, { leaves, leavesPerTree }: LaneTrees, options: ForestOptions): void {
  const width = leafWidth(options)
  for (let place = 0; place < leaves.length; place++) {
    const node = leaves[place]!
    if (node === -1) continue
    const tree = Math.floor(place / leavesPerTree)
    for (let k = 0; k < width; k++) values[place * width + k] = leafTerm(options, tree, options.nodes.leaf[node]! * width + k)
  }
}
