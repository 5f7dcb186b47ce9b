/** When rows are due: a binary heap over columns, so that setting, changing and removing a time costs the logarithm of how many there are. */
export class DueTimes {
  #size = 0
  /** The rows in the order of the heap. */
  #heap = new Int32Array(64)
  /** Per row, its place in the heap; -1 where it has none. */
  #place = new Int32Array(64).fill(-1)
  #due = new Float64Array(64)

  get size(): number {
    return this.#size
  }

  /** The row that is due first; of rows due at once, the lowest. -1 where there is none. */
  get first(): number {
    return this.#size === 0 ? -1 : this.#heap[0]!
  }

  /** When the first row is due; infinity where there is none. */
  get next(): number {
    return this.#size === 0 ? Infinity : this.#due[this.#heap[0]!]!
  }

  set(row: number, due: number): void {
    if (row >= this.#place.length) this.#grow(row)
    const before = this.#place[row]!
    this.#due[row] = due
    if (before === -1) {
      this.#put(this.#size, row)
      this.#up(this.#size++)
    } else {
      this.#up(before)
      this.#down(this.#place[row]!)
    }
  }

  remove(row: number): void {
    const at = this.#place[row] ?? -1
    if (at === -1) return
    this.#place[row] = -1
    const last = this.#heap[--this.#size]!
    if (last === row) return
    this.#put(at, last)
    this.#up(at)
    this.#down(this.#place[last]!)
  }

  #put(at: number, row: number): void {
    this.#heap[at] = row
    this.#place[row] = at
  }

  #before(a: number, b: number): boolean {
    const difference = this.#due[a]! - this.#due[b]!
    return difference < 0 || (difference === 0 && a < b)
  }

  #up(from: number): void {
    const row = this.#heap[from]!
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#before(row, this.#heap[parent]!)) break
      this.#put(at, this.#heap[parent]!)
      at = parent
    }
    this.#put(at, row)
  }

  #down(from: number): void {
    const row = this.#heap[from]!
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.#size) break
      if (child + 1 < this.#size && this.#before(this.#heap[child + 1]!, this.#heap[child]!)) child++
      if (!this.#before(this.#heap[child]!, row)) break
      this.#put(at, this.#heap[child]!)
      at = child
    }
    this.#put(at, row)
  }

  #grow(row: number): void {
    const length = Math.max(row + 1, this.#place.length * 2)
    const heap = new Int32Array(length)
    heap.set(this.#heap)
    const place = new Int32Array(length).fill(-1)
    place.set(this.#place)
    const due = new Float64Array(length)
    due.set(this.#due)
    this.#heap = heap
    this.#place = place
    this.#due = due
  }
}
