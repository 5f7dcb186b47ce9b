import { SluiceError } from '../../core/errors.ts'

const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6

/** Calls SQLite; what it throws becomes an error that names the file. */
export function onFile<T>(path: string, doing: string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw toSluiceError(path, doing, error)
  }
}

function toSluiceError(path: string, doing: string, error: unknown): SluiceError {
  if (error instanceof SluiceError) return error
  const details = { path }
  // The low byte of an extended code is the primary one.
  const code = (errcodeOf(error) ?? 0) & 255
  if (code === SQLITE_BUSY || code === SQLITE_LOCKED) {
    return new SluiceError('log.in-use', `the log ${path} is open in another process, or a second time in this one`, {
      cause: error,
      details,
    })
  }
  const reason = error instanceof Error ? error.message : String(error)
  return new SluiceError('log.unavailable', `the log ${path} could not be ${doing}: ${reason}`, { cause: error, details })
}

function errcodeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined
}
