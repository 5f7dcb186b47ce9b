import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { SluiceError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { createEmbeddedLog } from '../embedded/embedded-log.ts'
import { prepareSchema } from './schema.ts'
import { onFile } from './sqlite-errors.ts'
import { SqliteStore } from './sqlite-store.ts'

export interface SqliteLogOptions {
  /** The file, made with its folder where it is missing. SQLite keeps a second one beside it, with `-wal` at its end. */
  readonly path: string
  /**
   * `process`: what is committed outlives the process, `kill -9` included; after a power cut the file is whole but may lack the
   * last commits. `power`: it outlives a power cut too, for a disk flush per commit. `process` where absent.
   */
  readonly durability?: 'process' | 'power'
}

/**
 * A log in one SQLite file: appends and offsets of a commit are one transaction. One process has it open at a time, and the
 * operating system drops the lock when that process ends in any way; for others, and a second call in the same process,
 * it throws `log.in-use`. Throws `log.unavailable` where the file can't be opened or is not a log.
 */
export async function createSqliteLog({ path, durability = 'process' }: SqliteLogOptions): Promise<Log> {
  if (path === '' || path === ':memory:' || path.startsWith('file:')) {
    throw new SluiceError('config.invalid', `'${path}' is no path of a file; name a file, or use the memory log`, { details: { path } })
  }
  const file = resolve(path)
  return onFile(file, 'opened', () => {
    mkdirSync(dirname(file), { recursive: true })
    const db = new DatabaseSync(file)
    try {
      configure(db, durability)
      prepareSchema(db)
      return createEmbeddedLog(`the log ${file}`, new SqliteStore(db, file))
    } catch (error) {
      db.close()
      throw error
    }
  })
}

function configure(db: DatabaseSync, durability: 'process' | 'power'): void {
  // The lock must be exclusive before the first access in WAL mode: then SQLite shares no memory and never gives it up.
  db.exec('PRAGMA locking_mode = EXCLUSIVE')
  db.exec('PRAGMA page_size = 8192')
  db.exec('PRAGMA journal_mode = WAL')
  db.exec(`PRAGMA synchronous = ${durability === 'power' ? 'FULL' : 'NORMAL'}`)
  db.exec('PRAGMA journal_size_limit = 67108864')
}
