import { expect } from 'vitest'
import { type ErrorCode, SluiceError } from '../../src/core/errors.ts'
import type { Answer } from './answers.ts'

/** A row's score; or the outputs by name that matter (null for no value); or the code with which the row is rejected. */
export type Expected = number | string | Readonly<Record<string, number | string | null>> | { readonly rejectedWith: ErrorCode }

/** What is expected of the rows of one frame. */
export interface ExpectedRows {
  readonly expected: readonly Expected[]
  /** Relative tolerance of numbers; 1e-9 where absent. */
  readonly tolerance?: number
}

export function isRejection(expected: Expected): expected is { readonly rejectedWith: ErrorCode } {
  return typeof expected === 'object' && 'rejectedWith' in expected
}

/** Fails unless the answers are the expected ones, row by row. */
export function expectAnswers(answers: readonly Answer[], one: ExpectedRows): void {
  expect(answers.length).toBe(one.expected.length)
  for (const [row, answer] of answers.entries()) {
    const expected = one.expected[row]!
    if (isRejection(expected)) {
      expect(answer, `row ${row} is rejected`).toBeInstanceOf(SluiceError)
      expect((answer as SluiceError).code, `row ${row}: ${(answer as SluiceError).message}`).toBe(expected.rejectedWith)
      continue
    }
    if (answer instanceof SluiceError) throw new Error(`row ${row} was rejected: ${answer.message}`, { cause: answer })
    const wanted = typeof expected === 'object' ? expected : { [Object.keys(answer)[0]!]: expected }
    for (const [output, value] of Object.entries(wanted)) expectValue(answer[output], value, { at: `${output} of row ${row}`, ...one })
  }
}

function expectValue(
  value: number | string | null | undefined,
  expected: number | string | null,
  options: { at: string; tolerance?: number },
): void {
  const { at, tolerance = 1e-9 } = options
  if (typeof expected !== 'number' || !Number.isFinite(expected)) return expect(value, at).toBe(expected)
  expect(value, at).toBeTypeOf('number')
  const error = Math.abs((value as number) - expected)
  expect(error, `${at} is ${value}, expected ${expected}`).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(expected), 1e-30))
}
