/** Buffers for the answers of brokers, used again once nobody needs what is in them: memory that comes and goes costs more than what is done with it. */
export class FramePool {
  readonly #free: Buffer[] = []
  readonly #most: number

  /** `most`: how many buffers are kept. */
  constructor(most: number) {
    this.#most = most
  }

  /** A buffer of at least so many bytes, with anything in it. */
  take(bytes: number): Buffer {
    const at = this.#free.findIndex((buffer) => buffer.length >= bytes)
    if (at >= 0) return this.#free.splice(at, 1)[0]!
    // What is too small for what comes is not kept.
    this.#free.pop()
    return Buffer.allocUnsafeSlow(Math.ceil((bytes * 1.25) / 4096) * 4096)
  }

  give(buffer: Buffer): void {
    if (this.#free.length < this.#most) this.#free.push(buffer)
  }
}
