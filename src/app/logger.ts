import { type Logger, pino } from 'pino'
import type { Config } from '../config/index.ts'

/** The logger of a node: lines of JSON, or for a person where a person looks on. */
export function createLogger({ level, pretty }: Config['logging']): Logger {
  const forPerson = pretty === true || (pretty === 'auto' && process.stderr.isTTY)
  if (!forPerson) return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }))
  return pino(
    { level, base: null, timestamp: () => `,"time":"${new Date().toTimeString().slice(0, 8)}"` },
    { write: (line) => process.stderr.write(readable(line)) },
  )
}

/** `12:00:00 swap stream=flights …` */
function readable(line: string): string {
  const { time, level, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown> & { level: number }
  const facts = Object.entries(rest).map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const reason = (err as { message?: string } | undefined)?.message
  const mark = level >= 50 ? 'error: ' : level >= 40 ? 'warning: ' : ''
  return `${time as string}  ${mark}${msg as string}${facts.length > 0 ? `  ${facts.join(' ')}` : ''}${reason === undefined ? '' : `\n          ${reason}`}\n`
}
