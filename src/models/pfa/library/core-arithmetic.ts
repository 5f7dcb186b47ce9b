import type { Type } from '../types/type.ts'
import { addLong, multiplyLong, subtractLong } from '../values/long.ts'
import type { Long } from '../values/value.ts'
import { type CallSite, type Callable, type LibraryFunction, plain } from './library-function.ts'

type Binary = (x: number, y: number) => number
type LongBinary = (x: Long, y: Long) => Long | undefined

interface Operation {
  readonly name: string
  readonly overflow: readonly [int: number, long: number]
  readonly number: Binary
  readonly long: LongBinary
}

const NUMBERS = '(x: any A of {int,long,float,double}, y: A) -> A'

/** A row for arithmetic on two numbers of one type, where integers must not overflow. */
function arithmetic({ name, overflow, number, long }: Operation): LibraryFunction {
  const [intCode, longCode] = overflow
  const ofType: Readonly<Partial<Record<Type['kind'], (site: CallSite) => Callable>>> = {
    int: (site) => (x: number, y: number) => {
      const result = number(x, y)
      // Adding 0 makes a zero of -0.
      return result >= -2147483648 && result <= 2147483647 ? result + 0 : site.fail(intCode)
    },
    long: (site) => (x: Long, y: Long) => long(x, y) ?? site.fail(longCode),
    float: () => (x: number, y: number) => Math.fround(number(x, y)),
    double: () => number,
  }
  return {
    name,
    signatures: [NUMBERS],
    errors: { [intCode]: 'int overflow', [longCode]: 'long overflow' },
    build: (site) => ofType[site.result.kind]!(site),
    inline: (site, [x, y]) => (site.result.kind === 'double' ? `(${x} ${name} ${y})` : undefined),
  }
}

/** PFA 0.8.1, Core library: addition, subtraction, multiplication and division. */
export const CORE_ARITHMETIC: readonly LibraryFunction[] = [
  arithmetic({ name: '+', overflow: [18000, 18001], number: (x, y) => x + y, long: addLong }),
  arithmetic({ name: '-', overflow: [18010, 18011], number: (x, y) => x - y, long: subtractLong }),
  arithmetic({ name: '*', overflow: [18020, 18021], number: (x, y) => x * y, long: multiplyLong }),
  {
    name: '/',
    signatures: ['(x: double, y: double) -> double'],
    build: plain((x: number, y: number) => x / y),
    inline: (_site, [x, y]) => `(${x} / ${y})`,
  },
]
