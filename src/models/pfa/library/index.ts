import { CORE_ARITHMETIC } from './core-arithmetic.ts'
import type { LibraryFunction } from './library-function.ts'

/**
 * The library of PFA 0.8.1, by name. To add a module: a file here that exports a table of `LibraryFunction` rows (`core-arithmetic.ts` is the
 * pattern), and its line in `MODULES`. A row says its signatures as text; the compiler finds the one that fits, converts the arguments and
 * calls what `build` made for the call site. How values stand in JavaScript is in `../values/value.ts`.
 */
const MODULES: readonly (readonly LibraryFunction[])[] = [CORE_ARITHMETIC]

const BY_NAME: ReadonlyMap<string, LibraryFunction> = new Map(MODULES.flat().map((row) => [row.name, row]))

export function libraryFunction(name: string): LibraryFunction | undefined {
  return BY_NAME.get(name)
}
