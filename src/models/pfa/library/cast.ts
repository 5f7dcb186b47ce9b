import { wrapLong } from '../values/long.ts'
import type { EnumType } from '../types/type.ts'
import type { Long, Value } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { roundToInt, roundToLong } from './math.ts'

const NUMBERS = ['int', 'long', 'float', 'double']

function signatures(result: string): string[] {
  return NUMBERS.map((from) => `(x: ${from}) -> ${result}`)
}

function isReal(site: CallSite): boolean {
  return site.params[0]!.kind === 'float' || site.params[0]!.kind === 'double'
}

/** A row that answers, for each of a list of choices, whether it is the value; `yes` and `no` stand for that in the result's type. */
function fanout(type: string, code: number, [yes, no]: readonly [yes: Value, no: Value]): LibraryFunction {
  const result = type.toLowerCase()
  const one = (choices: readonly Value[], x: Value): Value[] => choices.map((choice) => (choice === x ? yes : no))
  const ofString = (site: CallSite): Callable => {
    return (x: string, dictionary: string[], outOfRange: boolean) => {
      if (new Set(dictionary).size !== dictionary.length) return site.fail(code)
      const out = one(dictionary, x)
      if (outOfRange) out.push(dictionary.includes(x) ? no : yes)
      return out
    }
  }
  const ofInt = (site: CallSite): Callable => {
    return (x: number, minimum: number, maximum: number, outOfRange: boolean) => {
      const length = Math.max(0, maximum - minimum)
      site.engine.checkSize(length)
      const out = Array.from({ length }, () => no)
      const within = x >= minimum && x < maximum
      if (within) out[x - minimum] = yes
      if (outOfRange) out.push(within ? no : yes)
      return out
    }
  }
  return {
    name: `cast.fanout${type}`,
    signatures: [
      `(x: enum A) -> array(${result})`,
      `(x: string, dictionary: array(string), outOfRange: boolean) -> array(${result})`,
      `(x: int, minimum: int, maximum: int, outOfRange: boolean) -> array(${result})`,
    ],
    errors: { [code]: 'non-distinct values in dictionary' },
    build(site) {
      if (site.signature === 1) return ofString(site)
      if (site.signature === 2) return ofInt(site)
      const { symbols } = site.params[0] as EnumType
      return (x: string) => one(symbols, x)
    },
  }
}

/** PFA 0.8.1, Casting library (`cast.*`). */
export const CAST: readonly LibraryFunction[] = [
  {
    name: 'cast.signed',
    signatures: ['(x: long, bits: int) -> long'],
    errors: { 17000: 'unrepresentable unsigned number' },
    build: (site) => (x: Long, bits: number) => (bits < 2 || bits > 64 ? site.fail(17000) : wrapLong(BigInt.asIntN(bits, BigInt(x)))),
  },
  {
    name: 'cast.unsigned',
    signatures: ['(x: long, bits: int) -> long'],
    errors: { 17010: 'unrepresentable unsigned number' },
    build: (site) => (x: Long, bits: number) => (bits < 1 || bits > 63 ? site.fail(17010) : wrapLong(BigInt.asUintN(bits, BigInt(x)))),
  },
  {
    name: 'cast.int',
    signatures: signatures('int'),
    errors: { 17020: 'int overflow' },
    build: (site) => {
      if (isReal(site)) return (x: number) => roundToInt(x) ?? site.fail(17020)
      return (x: Long) => (x >= -2147483648 && x <= 2147483647 ? Number(x) : site.fail(17020))
    },
  },
  {
    name: 'cast.long',
    signatures: signatures('long'),
    errors: { 17030: 'long overflow' },
    build: (site) => (isReal(site) ? (x: number) => roundToLong(x) ?? site.fail(17030) : (x: Long) => x),
  },
  { name: 'cast.float', signatures: signatures('float'), build: () => (x: Long) => Math.fround(Number(x)) },
  { name: 'cast.double', signatures: signatures('double'), build: () => (x: Long) => Number(x) },
  fanout('Boolean', 17060, [true, false]),
  fanout('Int', 17070, [1, 0]),
  fanout('Long', 17080, [1, 0]),
  fanout('Float', 17090, [1, 0]),
  fanout('Double', 17100, [1, 0]),
  { name: 'cast.avro', signatures: ['(x: any A) -> bytes'], build: (site) => site.avroWriter(site.params[0]!) },
  { name: 'cast.json', signatures: ['(x: any A) -> string'], build: (site) => site.jsonWriter(site.params[0]!) },
]
