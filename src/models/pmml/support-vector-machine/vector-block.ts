import type { Kernels } from './kernel.ts'
import { GROUP, HEADER, HEADER_BYTES, vectorProgram } from './vector-program.ts'

/** Rows that are compared together. */
const ROWS = 16
/** Vectors of this many bytes stay in the second-level cache while all rows are compared with them. */
const CHUNK = 128 * 1024
/** For fewer numbers, memory of its own is not worth while. */
const LEAST = 1024
const MOST_MEMORY = 2 ** 28

/**
 * Squared distances of rows from vectors, or dot products with them, by vector instructions; undefined where there are too few vectors or
 * too many, or the machine has no such instructions or no memory for it.
 */
export function vectorBlock(
  vectors: Float64Array,
  { numbers, size }: { numbers: Int32Array; size: number },
  distances: boolean,
): Kernels | undefined {
  const count = numbers.length
  if (count * size < LEAST) return undefined
  const stride = Math.ceil(count / GROUP) * GROUP
  const rowsAt = HEADER_BYTES
  const resultsAt = Math.ceil((rowsAt + ROWS * size * 8) / 16) * 16
  const groupsAt = resultsAt + ROWS * stride * 8
  const end = groupsAt + stride * size * 8
  if (end > MOST_MEMORY) return undefined
  const instance = vectorProgram(distances)?.instantiate(end)
  if (instance === undefined) return undefined
  const { memory, run } = instance
  const groups = new Float64Array(memory, groupsAt, stride * size)
  for (let u = 0; u < count; u++) {
    const first = Math.floor(u / GROUP) * GROUP * size + (u % GROUP)
    for (let i = 0; i < size; i++) groups[first + i * GROUP] = vectors[numbers[u]! * size + i]!
  }
  const header = new Int32Array(memory, 0, HEADER_BYTES / 4)
  const groupBytes = GROUP * size * 8
  const chunk = Math.max(1, Math.floor(CHUNK / groupBytes))
  header[HEADER.rows / 4] = rowsAt
  header[HEADER.rowBytes / 4] = size * 8
  header[HEADER.resultBytes / 4] = stride * 8
  return {
    most: ROWS,
    rows: new Float64Array(memory, rowsAt, ROWS * size),
    alike: new Float64Array(memory, resultsAt, ROWS * stride),
    stride,
    run(rows) {
      header[HEADER.rowsEnd / 4] = rowsAt + rows * size * 8
      for (let group = 0, all = stride / GROUP; group < all; group += chunk) {
        header[HEADER.groups / 4] = groupsAt + group * groupBytes
        header[HEADER.groupsEnd / 4] = groupsAt + Math.min(all, group + chunk) * groupBytes
        header[HEADER.results / 4] = resultsAt + group * GROUP * 8
        run()
      }
    },
  }
}
