/** The smallest size of a buffer, as a power of two. */
const LEAST_BITS = 12
/** Longer frames than these are not kept. */
const MOST_BITS = 24

/** Buffers for the answers of brokers, used again once nobody needs what is in them: memory that comes and goes costs more than what is done with it. */
export class FramePool {
  /** By size: the powers of two from the smallest. */
  readonly #free: Buffer[][] = Array.from({ length: MOST_BITS - LEAST_BITS + 1 }, () => [])
  readonly #mostBytes: number
  #bytes = 0

  /** `mostBytes`: how much is kept. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  /** A buffer of at least so many bytes, with anything in it. */
  take(bytes: number): Buffer {
    const size = sizeOf(bytes)
    const buffer = this.#free[size]?.pop()
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size < this.#free.length ? 2 ** (size + LEAST_BITS) : bytes)
    this.#bytes -= buffer.length
    return buffer
  }

  /** Takes a buffer back that `take` gave. */
  give(buffer: Buffer): void {
    const free = this.#free[sizeOf(buffer.length)]
    if (free === undefined || this.#bytes + buffer.length > this.#mostBytes) return
    free.push(buffer)
    this.#bytes += buffer.length
  }
}

function sizeOf(bytes: number): number {
  return Math.max(0, 32 - Math.clz32(bytes - 1) - LEAST_BITS)
}
