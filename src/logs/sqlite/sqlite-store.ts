import type { DatabaseSync } from 'node:sqlite'

import type { TopicSpec } from '../../core/log.ts'
import { Partition } from '../embedded/partition.ts'
import type { Change, Store, StoredBatch, Window } from '../embedded/store.ts'
import { onFile } from './sqlite-errors.ts'
import { prepareStatements, type Statements } from './statements.ts'

/** Offset deltas of a batch that is read are 32 bits wide. */
const MAX_SPAN = 2 ** 30

/** Keeps record batches in one SQLite file. */
export class SqliteStore implements Store {
  readonly #db: DatabaseSync
  readonly #path: string
  readonly #statements: Statements

  constructor(db: DatabaseSync, path: string) {
    this.#db = db
    this.#path = path
    this.#statements = prepareStatements(db)
  }

  load(): Partition[] {
    return onFile(this.#path, 'read', () => this.#statements.partitions.all().map(toPartition))
  }

  create(topics: readonly TopicSpec[]): Partition[] {
    const created: Partition[] = []
    this.#transaction(() => {
      for (const { topic, partitions, cleanup } of topics) {
        const { lastInsertRowid: id } = this.#statements.insertTopic.run(topic, cleanup)
        for (let partition = 0; partition < partitions; partition++) {
          const { lastInsertRowid } = this.#statements.insertPartition.run(id, partition)
          created.push(new Partition({ topic, partition, cleanup }, Number(lastInsertRowid)))
        }
      }
    })
    return created
  }

  write({ batches, nexts, offsets }: Change): void {
    const { setNext, setOffset } = this.#statements
    this.#transaction(() => {
      for (const batch of batches) this.#insert(batch)
      for (const [partition, next] of nexts) setNext.run(next, partition.id)
      for (const { group, partition, next } of offsets) setOffset.run(group, partition.id, next)
    })
  }

  fetch(partition: Partition, window: Window): Uint8Array | undefined {
    return onFile(this.#path, 'read', () => {
      const chosen = this.#choose(partition, window)
      if (chosen.ids.length === 0) return undefined
      if (chosen.ids.length === 1) return this.#bytes(chosen.ids[0]!)
      const bytes = new Uint8Array(chosen.size)
      let at = 0
      for (const id of chosen.ids) {
        const part = this.#bytes(id)
        bytes.set(part, at)
        at += part.length
      }
      return bytes
    })
  }

  committed(group: string, partition: Partition): bigint | undefined {
    const row = onFile(this.#path, 'read', () => this.#statements.offset.get(group, partition.id))
    return row === undefined ? undefined : BigInt(row['next'] as number)
  }

  close(): void {
    onFile(this.#path, 'closed', () => this.#db.close())
  }

  #insert({ partition, base, last, bytes, key }: StoredBatch): void {
    const { deleteKey, insertBatch } = this.#statements
    if (key !== undefined) deleteKey.run(partition.id, key)
    insertBatch.run(partition.id, base, last, bytes.length, key ?? null, bytes)
  }

  #choose({ id }: Partition, { from, below, maxBytes }: Window): { ids: number[]; size: number } {
    const ids: number[] = []
    let size = 0
    let start = 0
    for (const row of this.#statements.batches.iterate(id, from, below)) {
      const batch = row as unknown as { id: number; base: number; size: number }
      if (ids.length === 0) start = batch.base
      else if (size + batch.size > maxBytes || batch.base - start > MAX_SPAN) break
      ids.push(batch.id)
      size += batch.size
    }
    return { ids, size }
  }

  #bytes(id: number): Uint8Array {
    return this.#statements.bytes.get(id)!['bytes'] as Uint8Array
  }

  #transaction(work: () => void): void {
    onFile(this.#path, 'written', () => {
      this.#statements.begin.run()
      try {
        work()
        this.#statements.commit.run()
      } catch (error) {
        // SQLite has rolled back by itself after some errors, such as a full disk.
        if (this.#db.isTransaction) this.#statements.rollback.run()
        throw error
      }
    })
  }
}

function toPartition(row: Record<string, unknown>): Partition {
  const { id, topic, cleanup, number, first, next } = row as {
    id: number
    topic: string
    cleanup: TopicSpec['cleanup']
    number: number
    first: number
    next: number
  }
  return new Partition({ topic, partition: number, cleanup }, id, { first: BigInt(first), next: BigInt(next) })
}
