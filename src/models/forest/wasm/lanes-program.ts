import { Code } from './code.ts'
import { compile, type Program } from './engine.ts'
import { encodeModule } from './module.ts'

/** What a module of the lanes kernel is made for. Forests that agree in it share the module, and so its optimised code. */
export interface LanesVariant {
  /** Levels of splits of every tree, 1 to 8. */
  readonly depth: number
  /** Rank vectors of 16 columns a row. */
  readonly blocks: number
  /** Steps of the binary search for a rank, 1 to 8. */
  readonly steps: number
  /** Values of a leaf. */
  readonly width: number
  /** Whether every tree adds to an output of its own. */
  readonly targeted: boolean
}

/** Where the module finds its parameters: i32s, by their byte address. */
export const HEADER = {
  rows: 0,
  columns: 4,
  columnsEnd: 8,
  cells: 12,
  cellStride: 16,
  ranks: 20,
  nodes: 24,
  nodesEnd: 28,
  leaves: 32,
  targets: 36,
  sums: 40,
  sumStride: 44,
} as const

/** Leaf indices of the trees of a group, 16 bytes for each of the rows that are scored at a time. */
const LEAF_INDEX = 64
/** Everything below this address is the module's own. */
export const FREE = 128
/** Trees are scored in groups of so many: one per byte of a vector. */
export const LANES = 16
/** Bytes of a column's entry: the offset of its cell in a row, the address of its thresholds, the rank of a missing cell. */
export const COLUMN_BYTES = 16

const programs = new Map<string, Program | undefined>()

/** The compiled module of a variant, from the first call on; undefined where this machine lacks vector instructions. */
export function lanesProgram(variant: LanesVariant): Program | undefined {
  const key = JSON.stringify(variant)
  if (!programs.has(key)) programs.set(key, compile(encodeLanesModule(variant)))
  return programs.get(key)
}

/**
 * The module scores `rows` rows in two passes. The first turns each cell into its rank: how many thresholds of its column are below.
 * The second takes 16 trees at a time, one per byte lane: it compares all their splits with the row's ranks, which the table lookup
 * of `swizzle` brings to the lanes, and folds the results, level by level, to the way that the row takes in each tree.
 */
function encodeLanesModule(variant: LanesVariant): Uint8Array {
  const code = new Code()
  emitRanks(code, variant)
  emitGroups(code, variant)
  return encodeModule(code)
}

function emitRanks(code: Code, { blocks, steps }: LanesVariant): void {
  const row = code.local('i32')
  const cells = code.local('i32')
  const ranks = code.local('i32')
  const column = code.local('i32')
  const place = code.local('i32')
  const start = code.local('i32')
  const at = code.local('i32')
  const cell = code.local('f64')
  const header = (name: keyof typeof HEADER): Code => code.i32(0).access('i32.load', HEADER[name])
  header('rows').set(row)
  header('cells').set(cells)
  header('ranks').set(ranks)
  code.repeatWhile(() => {
    code.get(ranks).set(place)
    header('columns').set(column)
    code.repeatWhile(() => {
      code.get(cells).get(column).access('i32.load').op('i32.add').access('f64.load').set(cell)
      code.get(column).access('i32.load', 4).tee(start).set(at)
      for (let step = steps - 1; step >= 0; step--) {
        code
          .get(at)
          .get(at)
          .access('f64.load', (2 ** step - 1) * 8)
          .get(cell)
          .op('f64.lt')
        code
          .i32(step + 3)
          .op('i32.shl')
          .op('i32.add')
          .set(at)
      }
      code.get(place).get(at).get(start).op('i32.sub').i32(3).op('i32.shr_u')
      code.i32(0).get(cell).get(cell).op('f64.ne').op('i32.sub').get(column).access('i32.load', 8).op('i32.and')
      // Bytes are compared as signed: there is one instruction for that, and three for unsigned ones.
      code.op('i32.or').i32(128).op('i32.xor').access('i32.store8')
      code.get(place).i32(1).op('i32.add').set(place)
      code.get(column).i32(COLUMN_BYTES).op('i32.add').tee(column)
      header('columnsEnd').op('i32.lt_u')
    })
    code
      .get(ranks)
      .i32(blocks * LANES)
      .op('i32.add')
      .set(ranks)
    code.get(cells)
    header('cellStride').op('i32.add').set(cells)
    code.get(row).i32(1).op('i32.sub').tee(row)
  })
}

function emitGroups(code: Code, variant: LanesVariant): void {
  const { depth, blocks, width } = variant
  const row = code.local('i32')
  const sumStride = code.local('i32')
  const pointers = {
    node: code.local('i32'),
    leaf: code.local('i32'),
    target: code.local('i32'),
    ranks: code.local('i32'),
    sums: code.local('i32'),
  }
  const { node, leaf, target, ranks, sums } = pointers
  const header = (name: keyof typeof HEADER): Code => code.i32(0).access('i32.load', HEADER[name])
  const scoreRows = (count: number): void => {
    emitLeafIndices(code, variant, pointers, count)
    for (let at = 0; at < count; at++) {
      emitSums(code, variant, pointers, at)
      code.get(sums).get(sumStride).op('i32.add').set(sums)
    }
    code
      .get(ranks)
      .i32(count * blocks * LANES)
      .op('i32.add')
      .set(ranks)
  }
  header('nodes').set(node)
  header('leaves').set(leaf)
  header('targets').set(target)
  header('sumStride').set(sumStride)
  code.repeatWhile(() => {
    header('ranks').set(ranks)
    header('sums').set(sums)
    header('rows').i32(1).op('i32.shr_u').tee(row)
    code.when(() => {
      code.repeatWhile(() => {
        scoreRows(2)
        code.get(row).i32(1).op('i32.sub').tee(row)
      })
    })
    header('rows').i32(1).op('i32.and')
    code.when(() => scoreRows(1))
    code
      .get(leaf)
      .i32(LANES * 2 ** depth * width * 8)
      .op('i32.add')
      .set(leaf)
    code
      .get(target)
      .i32(LANES * 4)
      .op('i32.add')
      .set(target)
    code
      .get(node)
      .i32((2 ** depth - 1) * (blocks + 1) * LANES)
      .op('i32.add')
      .tee(node)
    header('nodesEnd').op('i32.lt_u')
  })
}

interface Pointers {
  readonly node: number
  readonly leaf: number
  readonly target: number
  readonly ranks: number
  readonly sums: number
}

/** Writes the index of the leaf that each of `count` rows reaches in each of the group's 16 trees to `LEAF_INDEX`. */
function emitLeafIndices(code: Code, { depth, blocks }: LanesVariant, { node, ranks }: Pointers, count: number): void {
  const rows = Array.from({ length: count }, (_, row) => row)
  const vectors = (length: number): number[] => Array.from({ length }, () => code.local('v128'))
  const rankVectors = rows.map(() => vectors(blocks))
  const ways = rows.map(() => vectors(depth))
  const columns = vectors(blocks)
  const threshold = code.local('v128')
  for (const row of rows) {
    for (let block = 0; block < blocks; block++) {
      code
        .get(ranks)
        .access('v128.load', (row * blocks + block) * LANES)
        .set(rankVectors[row]![block]!)
    }
  }
  const compare = (entry: number, results: readonly number[]): void => {
    const offset = entry * (blocks + 1) * LANES
    for (const [block, column] of columns.entries())
      code
        .get(node)
        .access('v128.load', offset + block * LANES)
        .set(column)
    code
      .get(node)
      .access('v128.load', offset + blocks * LANES)
      .set(threshold)
    for (const row of rows) {
      for (const [block, column] of columns.entries()) {
        code.get(rankVectors[row]![block]!).get(column).op('i8x16.relaxed_swizzle')
        if (block > 0) code.op('v128.or')
      }
      code.get(threshold).op('i8x16.gt_s').set(results[row]!)
    }
  }
  /** What the split that is reached on `level` says, given that the way down to `from` led to `entry`. */
  const fold = (entry: number, from: number, level: number): number[] => {
    const results = rows.map(() => code.local('v128'))
    if (from === level) {
      compare(entry, results)
      return results
    }
    const left = fold(2 * entry + 1, from + 1, level)
    const right = fold(2 * entry + 2, from + 1, level)
    for (const row of rows) code.get(right[row]!).get(left[row]!).get(ways[row]![from]!).op('i8x16.relaxed_laneselect').set(results[row]!)
    return results
  }
  for (let level = 0; level < depth; level++) {
    const results = fold(0, 0, level)
    for (const row of rows) code.get(results[row]!).set(ways[row]![level]!)
  }
  for (const row of rows) {
    // The results are 0 or -1: doubling and subtracting reads them as binary digits.
    const index = code.local('v128')
    const [first, ...rest] = ways[row]!
    code.get(first!).op('i8x16.neg').set(index)
    for (const way of rest) code.get(index).get(index).op('i8x16.add').get(way).op('i8x16.sub').set(index)
    code
      .i32(0)
      .get(index)
      .access('v128.store', LEAF_INDEX + row * LANES)
  }
}

/** Adds the leaves of the group's trees, in their order, to the sums of one row. */
function emitSums(code: Code, { depth, width, targeted }: LanesVariant, { leaf, target, sums }: Pointers, row: number): void {
  const address = code.local('i32')
  const totals = Array.from({ length: width }, () => code.local('f64'))
  const leafBytes = width * 8
  if (!targeted)
    for (const [output, total] of totals.entries())
      code
        .get(sums)
        .access('f64.load', output * 8)
        .set(total)
  for (let lane = 0; lane < LANES; lane++) {
    code
      .get(leaf)
      .i32(0)
      .access('i32.load8_u', LEAF_INDEX + row * LANES + lane)
    if (width === 1) code.i32(3).op('i32.shl')
    else code.i32(leafBytes).op('i32.mul')
    code.op('i32.add').set(address)
    const offset = lane * 2 ** depth * leafBytes
    if (targeted) {
      const sum = code.local('i32')
      code
        .get(sums)
        .get(target)
        .access('i32.load', lane * 4)
        .op('i32.add')
        .tee(sum)
      code.get(sum).access('f64.load').get(address).access('f64.load', offset).op('f64.add').access('f64.store')
    } else {
      for (const [output, total] of totals.entries()) {
        code
          .get(total)
          .get(address)
          .access('f64.load', offset + output * 8)
          .op('f64.add')
          .set(total)
      }
    }
  }
  if (!targeted)
    for (const [output, total] of totals.entries())
      code
        .get(sums)
        .get(total)
        .access('f64.store', output * 8)
}
