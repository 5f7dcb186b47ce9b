import type { TopicSpec } from '../../core/log.ts'
import { Partition } from '../embedded/partition.ts'
import type { Change, Store, StoredBatch, Window } from '../embedded/store.ts'
import { CompactedRun } from './compacted-run.ts'

/** Keeps record batches in arrays, and forgets them with the process. */
export class MemoryStore implements Store {
  readonly #runs = new Map<Partition, CompactedRun>()
  readonly #offsets = new Map<string, Map<Partition, bigint>>()

  load(): Partition[] {
    return [...this.#runs.keys()]
  }

  create(topics: readonly TopicSpec[]): Partition[] {
    const created: Partition[] = []
    for (const { topic, partitions, cleanup } of topics) {
      for (let partition = 0; partition < partitions; partition++) {
        const added = new Partition({ topic, partition, cleanup }, this.#runs.size)
        this.#runs.set(added, new CompactedRun())
        created.push(added)
      }
    }
    return created
  }

  write({ batches, offsets }: Change): void {
    for (const batch of batches) this.#runs.get(batch.partition)!.push(batch)
    for (const { group, partition, next } of offsets) {
      const committed = this.#offsets.get(group) ?? new Map<Partition, bigint>()
      this.#offsets.set(group, committed.set(partition, next))
    }
  }

  fetch(partition: Partition, window: Window): Uint8Array | undefined {
    const taken: StoredBatch[] = []
    let size = 0
    for (const batch of this.#runs.get(partition)!.from(window.from)) {
      const tooMuch = taken.length > 0 && size + batch.bytes.length > window.maxBytes
      if (tooMuch || batch.base >= window.below) break
      taken.push(batch)
      size += batch.bytes.length
    }
    if (taken.length < 2) return taken[0]?.bytes
    const bytes = new Uint8Array(size)
    let at = 0
    for (const batch of taken) {
      bytes.set(batch.bytes, at)
      at += batch.bytes.length
    }
    return bytes
  }

  committed(group: string, partition: Partition): bigint | undefined {
    return this.#offsets.get(group)?.get(partition)
  }

  close(): void {
    this.#runs.clear()
    this.#offsets.clear()
  }
}
