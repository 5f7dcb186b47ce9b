import { ARITHMETIC } from './arithmetic.ts'
import { COMPARISON } from './comparison.ts'
import { DATES } from './dates.ts'
import { DISTRIBUTIONS } from './distributions.ts'
import type { FunctionEntry } from './function-entry.ts'
import { LOGIC } from './logic.ts'
import { TEXT } from './text.ts'

/** The built-in functions of PMML 4.4.1 by name. */
export const FUNCTIONS: Readonly<Record<string, FunctionEntry>> = {
  ...ARITHMETIC,
  ...COMPARISON,
  ...LOGIC,
  ...TEXT,
  ...DATES,
  ...DISTRIBUTIONS,
}
