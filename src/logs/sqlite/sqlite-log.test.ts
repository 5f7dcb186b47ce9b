import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { testLog } from '../../../test/contracts/log.ts'
import { createSqliteLog } from './sqlite-log.ts'

testLog({
  name: 'The SQLite log',
  create: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-log-'))
    const path = join(folder, 'log.db')
    return {
      log: await createSqliteLog({ path }),
      reopen: async () => createSqliteLog({ path }),
      cleanup: async () => rm(folder, { recursive: true }),
    }
  },
})
