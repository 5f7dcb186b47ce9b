import { wrapLong } from '../values/long.ts'
import type { Long } from '../values/value.ts'
import { type LibraryFunction, plain } from './library-function.ts'

const PAIR = '(x: boolean, y: boolean) -> boolean'
const MAYBE_PAIR = '(x: (boolean|null), y: (boolean|null)) -> (boolean|null)'

type Maybe = boolean | null

/** A row for a bitwise operator on ints and longs. */
function bitwise(name: string, int: (x: number, y: number) => number, long: (x: bigint, y: bigint) => bigint): LibraryFunction {
  return {
    name,
    signatures: ['(x: int, y: int) -> int', '(x: long, y: long) -> long'],
    build: (site) => (site.result.kind === 'int' ? int : (x: Long, y: Long) => wrapLong(long(BigInt(x), BigInt(y)))),
    inline: (site, [x, y]) => (site.result.kind === 'int' ? `(${x} ${name} ${y})` : undefined),
  }
}

/**
 * PFA 0.8.1, Core library: logic, Kleene's logic of three values, and bits. `&&`, `||`, `&&&` and `|||` must not evaluate their second
 * argument where the first decides: that is the compiler's part, by `inline`.
 */
export const CORE_LOGIC: readonly LibraryFunction[] = [
  { name: '&&', signatures: [PAIR], build: plain((x: boolean, y: boolean) => x && y), inline: (_site, [x, y]) => `(${x} && ${y})` },
  { name: '||', signatures: [PAIR], build: plain((x: boolean, y: boolean) => x || y), inline: (_site, [x, y]) => `(${x} || ${y})` },
  { name: '^^', signatures: [PAIR], build: plain((x: boolean, y: boolean) => x !== y), inline: (_site, [x, y]) => `(${x} !== ${y})` },
  { name: '!', signatures: ['(x: boolean) -> boolean'], build: plain((x: boolean) => !x), inline: (_site, [x]) => `(!${x})` },
  {
    name: '&&&',
    signatures: [MAYBE_PAIR],
    build: plain((x: Maybe, y: Maybe) => (x === false || y === false ? false : x === true && y === true ? true : null)),
  },
  {
    name: '|||',
    signatures: [MAYBE_PAIR],
    build: plain((x: Maybe, y: Maybe) => (x === true || y === true ? true : x === false && y === false ? false : null)),
  },
  {
    name: '!!!',
    signatures: ['(x: (boolean|null)) -> (boolean|null)'],
    build: plain((x: Maybe) => (x === null ? null : !x)),
  },
  bitwise(
    '&',
    (x, y) => x & y,
    (x, y) => x & y,
  ),
  bitwise(
    '|',
    (x, y) => x | y,
    (x, y) => x | y,
  ),
  bitwise(
    '^',
    (x, y) => x ^ y,
    (x, y) => x ^ y,
  ),
  {
    name: '~',
    signatures: ['(x: int) -> int', '(x: long) -> long'],
    build: (site) => (site.result.kind === 'int' ? (x: number) => ~x : (x: Long) => wrapLong(~BigInt(x))),
  },
]
