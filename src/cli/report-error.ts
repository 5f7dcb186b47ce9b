import { ERRORS } from '../core/error-table.ts'
import type { SluiceError } from '../core/errors.ts'
import { safeText } from './human.ts'
import { EXIT, type Io } from './io.ts'
import { createStyle } from './style.ts'

export interface ErrorReport {
  readonly json: boolean
  /** What to do about it, where something better is known than the error table says. */
  readonly remedy?: string
}

/** Says on the error stream what went wrong and what to do: two lines for people, one JSON object for programs. */
export function reportError(io: Io, error: SluiceError, { json, remedy = ERRORS[error.code].remedy }: ErrorReport): void {
  const style = createStyle(io, io.stderr)
  const text = json
    ? JSON.stringify({ ...error.toJSON(), remedy })
    : `${style.bad('error')} ${style.strong(error.code)}: ${safeText(error.message)}\n  ${style.accent('→')} ${remedy}`
  io.stderr.write(`${text}\n`)
}

export function exitCodeOf(error: SluiceError): number {
  if (error.code === 'cli.usage') return EXIT.usage
  return error.code === 'api.unreachable' ? EXIT.unreachable : EXIT.failed
}
