import { testLog } from '../../../test/contracts/log.ts'
import { createMemoryLog } from './memory-log.ts'

testLog({
  name: 'The memory log',
  create: async () => ({ log: createMemoryLog() }),
  skip: [
    {
      reason: 'a memory log ends with its object',
      tests: ['topics and records outlive the log object', 'committed offsets outlive the log object'],
    },
  ],
})
