/** Which log a node runs on. */
export type LogAddress =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'kafka'; readonly brokers: readonly string[] }

/** What `parseLogAddress` takes, for messages. */
export const LOG_SYNTAX = 'memory, sqlite:<path> or kafka:<host>:<port>[,<host>:<port>…]'

/** Reads `memory` (or `memory:`), `sqlite:./sluice.db` or `kafka:a:9092,b:9092`; undefined where the text is none of them. */
export function parseLogAddress(text: string): LogAddress | undefined {
  if (text === 'memory' || text === 'memory:') return { kind: 'memory' }
  const [, scheme, rest] = /^(sqlite|kafka):(.+)$/.exec(text) ?? []
  if (scheme === 'sqlite' && rest !== undefined) return { kind: 'sqlite', path: rest }
  if (scheme !== 'kafka' || rest === undefined) return undefined
  const brokers = rest.split(',').map((broker) => broker.trim())
  return brokers.every(isBroker) ? { kind: 'kafka', brokers } : undefined
}

/** The text that `parseLogAddress` reads back as this address. */
export function logText(log: LogAddress): string {
  if (log.kind === 'memory') return 'memory'
  return log.kind === 'sqlite' ? `sqlite:${log.path}` : `kafka:${log.brokers.join(',')}`
}

function isBroker(text: string): boolean {
  const [, port] = /^(?:[^\s:/,]+|\[[0-9a-f:.]+\]):(\d{1,5})$/i.exec(text) ?? []
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65535
}
