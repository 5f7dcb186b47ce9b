import type { DatabaseSync, StatementSync } from 'node:sqlite'

const SQL = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  partitions: `SELECT partition.id, topic.name AS topic, cleanup, number, first, next
    FROM partition JOIN topic ON topic.id = partition.topic ORDER BY topic.id, number`,
  insertTopic: 'INSERT INTO topic (name, cleanup) VALUES (?, ?)',
  insertPartition: 'INSERT INTO partition (topic, number) VALUES (?, ?)',
  setNext: 'UPDATE partition SET next = ? WHERE id = ?',
  insertBatch: 'INSERT INTO record_batch (partition, base, last, size, key, bytes) VALUES (?, ?, ?, ?, ?, ?)',
  deleteKey: 'DELETE FROM record_batch WHERE partition = ? AND key = ?',
  batches: 'SELECT id, base, size FROM record_batch WHERE partition = ? AND last >= ? AND base < ? ORDER BY last',
  bytes: 'SELECT bytes FROM record_batch WHERE id = ?',
  setOffset: `INSERT INTO group_offset (name, partition, next) VALUES (?, ?, ?)
    ON CONFLICT (name, partition) DO UPDATE SET next = excluded.next`,
  offset: 'SELECT next FROM group_offset WHERE name = ? AND partition = ?',
} as const

export type Statements = Readonly<Record<keyof typeof SQL, StatementSync>>

/** All statements of the store, parsed once. */
export function prepareStatements(db: DatabaseSync): Statements {
  return Object.fromEntries(Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)])) as Statements
}
