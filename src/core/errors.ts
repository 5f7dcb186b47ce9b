import { ERRORS, type ErrorCode } from './error-table.ts'

/**
 * What the system does about an error:
 * - `record`: this record is rejected and goes to the dead-letter topic; the stream goes on.
 * - `model`: this model is refused or abandoned; the version before it keeps serving.
 * - `service`: the caller's request fails, or the process retries or stops.
 */
export type ErrorScope = 'record' | 'model' | 'service'

export type { ErrorCode } from './error-table.ts'

/**
 * The one error class of Sluice. Its code is a row of the error table, which also says its scope.
 * The message names the thing, its value, and what would be right.
 *
 * @example throw new SluiceError('model.format.unknown', `format 'pmm' is not one of pmml, onnx; did you mean pmml?`)
 */
export class SluiceError extends Error {
  readonly code: ErrorCode
  /** Facts that a program may want: the field, the limit, the offset … Values must survive JSON. */
  readonly details: Readonly<Record<string, string | number | boolean>>

  constructor(code: ErrorCode, message: string, options: SluiceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SluiceError'
    this.code = code
    this.details = options.details ?? {}
  }

  get scope(): ErrorScope {
    return ERRORS[this.code].scope
  }

  toJSON(): { code: ErrorCode; scope: ErrorScope; message: string; details: Readonly<Record<string, string | number | boolean>> } {
    return { code: this.code, scope: this.scope, message: this.message, details: this.details }
  }
}

export interface SluiceErrorOptions {
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, string | number | boolean>>
}

/** The error itself when it is a `SluiceError`, else one with the given code that keeps the original as its cause. */
export function asSluiceError(error: unknown, code: ErrorCode, context: string): SluiceError {
  if (error instanceof SluiceError) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new SluiceError(code, `${context}: ${reason}`, { cause: error })
}
