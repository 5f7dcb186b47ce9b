import type { LiveSnapshot } from '../../src/api/contract/live.ts'

/**
 * Which data types each stream carries, learned from where their records and swaps were seen. A data type that was not seen
 * anywhere yet belongs to the stream of its own name, or else to the first one.
 */
export class CarriedTypes {
  readonly #topics = new Map<string, Set<string>>()

  learn(snapshot: LiveSnapshot): void {
    for (const { dataType, topic } of [...snapshot.swaps, ...snapshot.scores]) {
      const topics = this.#topics.get(dataType)
      if (topics === undefined) this.#topics.set(dataType, new Set([topic]))
      else topics.add(topic)
    }
  }

  /** The data types with models that a stream of the snapshot carries, in the snapshot's order. */
  of(snapshot: LiveSnapshot, stream: LiveSnapshot['streams'][number]): string[] {
    return snapshot.models.map((model) => model.dataType).filter((dataType) => this.#carries(snapshot, stream, dataType))
  }

  #carries(snapshot: LiveSnapshot, stream: LiveSnapshot['streams'][number], dataType: string): boolean {
    const topics = this.#topics.get(dataType)
    const seen = snapshot.streams.filter(({ input }) => topics?.has(input))
    if (seen.length > 0) return seen.includes(stream)
    const named = snapshot.streams.find(({ name, input }) => name === dataType || input === dataType)
    return stream === (named ?? snapshot.streams[0])
  }
}
