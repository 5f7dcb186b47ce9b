import type { DatabaseSync } from 'node:sqlite'

/** Marks the file as Sluice's own in its header: 'SLUC'. */
const APPLICATION_ID = 0x534c5543
const VERSION = 1

/**
 * `first` of a partition is where its records begin, and `last` of a batch is its last offset, so that the batch that holds an
 * offset is the first one whose `last` is not below it. A batch has a key on a compacted topic only, where it is one record.
 * `size` stands in the index for readers to choose batches without touching their bytes.
 */
const TABLES = `
  CREATE TABLE topic (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    cleanup TEXT NOT NULL CHECK (cleanup IN ('delete', 'compact'))
  ) STRICT;
  CREATE TABLE partition (
    id INTEGER PRIMARY KEY,
    topic INTEGER NOT NULL REFERENCES topic,
    number INTEGER NOT NULL,
    first INTEGER NOT NULL DEFAULT 0,
    next INTEGER NOT NULL DEFAULT 0,
    UNIQUE (topic, number)
  ) STRICT;
  CREATE TABLE record_batch (
    id INTEGER PRIMARY KEY,
    partition INTEGER NOT NULL REFERENCES partition,
    base INTEGER NOT NULL,
    last INTEGER NOT NULL,
    size INTEGER NOT NULL,
    key BLOB,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX record_batch_by_offset ON record_batch (partition, last, base, size);
  CREATE UNIQUE INDEX record_batch_by_key ON record_batch (partition, key) WHERE key IS NOT NULL;
  CREATE TABLE group_offset (
    name TEXT NOT NULL,
    partition INTEGER NOT NULL REFERENCES partition,
    next INTEGER NOT NULL,
    PRIMARY KEY (name, partition)
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${VERSION};
`

/** Makes the tables in a new file, and leaves those of this version alone. Throws where the file is something else. */
export function prepareSchema(db: DatabaseSync): void {
  const { application, version, tables } = db
    .prepare(
      `SELECT application_id AS application, user_version AS version, (SELECT count(*) FROM sqlite_schema) AS tables
       FROM pragma_application_id, pragma_user_version`,
    )
    .get() as { application: number; version: number; tables: number }
  if (tables === 0 && application === 0) db.exec(`BEGIN IMMEDIATE; ${TABLES} COMMIT`)
  else if (application !== APPLICATION_ID) throw new Error('it is a SQLite file of another program')
  else if (version > VERSION) throw new Error(`a later Sluice wrote it: its schema is ${version}, and this one knows up to ${VERSION}`)
}
