import type { LogAddress } from '../config/index.ts'
import type { Log } from '../core/log.ts'

/** Opens the log at an address. Clients of brokers are loaded only where they are asked for. */
export async function openLog(address: LogAddress): Promise<Log> {
  switch (address.kind) {
    case 'memory': {
      const { createMemoryLog } = await import('../logs/memory/memory-log.ts')
      return createMemoryLog()
    }
    case 'sqlite': {
      const { createSqliteLog } = await import('../logs/sqlite/sqlite-log.ts')
      return createSqliteLog({ path: address.path })
    }
    case 'kafka': {
      const { createKafkaLog } = await import('../logs/kafka/kafka-log.ts')
      return createKafkaLog({ brokers: address.brokers })
    }
  }
}
