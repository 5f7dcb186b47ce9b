import type { Config } from '../config/index.ts'
import type { Log } from '../core/log.ts'

/** Opens the log that is configured; secrets for it are in the environment. Clients of brokers are loaded only where they are asked for. */
export async function openLog({ log: address, kafka }: Pick<Config, 'log' | 'kafka'>, env: NodeJS.ProcessEnv = process.env): Promise<Log> {
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
      const { loadCredentials } = await import('../logs/kafka/credentials.ts')
      const { groupProtocol, assignors, instanceId, sessionTimeoutMs, compression, maxDecompressedBytes } = kafka
      return createKafkaLog({
        brokers: address.brokers,
        groupProtocol,
        assignors,
        ...(instanceId !== null && { instanceId }),
        sessionTimeoutMs,
        // Several may be late or lost before the member is taken for dead.
        heartbeatIntervalMs: Math.min(500, Math.floor(sessionTimeoutMs / 5)),
        compression,
        maxDecompressedBytes,
        ...(await loadCredentials(kafka, env)),
      })
    }
  }
}
