/** Bounds what the partitions of an engine have handed over and is not durable yet. */
export class CommitBudget {
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Whether no more should be handed over until some of it is durable. */
  get exceeded(): boolean {
    return this.#bytes > this.#maxBytes
  }

  take(bytes: number): void {
    this.#bytes += bytes
  }

  give(bytes: number): void {
    this.#bytes -= bytes
  }
}
