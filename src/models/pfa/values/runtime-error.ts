/**
 * An error that a PFA document can cause and catch (`try`, `error`, and what library functions and containers raise). It leaves the
 * engine as a `SluiceError` of record scope.
 */
export class PfaRuntimeError extends Error {
  /** The code of the standard; `error` may have none. */
  readonly code: number | undefined
  /** The library function or special form that raised it. */
  readonly origin: string

  constructor(message: string, code: number | undefined, origin: string) {
    super(message)
    this.name = 'PfaRuntimeError'
    this.code = code
    this.origin = origin
  }
}
