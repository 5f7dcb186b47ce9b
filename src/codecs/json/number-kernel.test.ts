import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createNumberKernel } from './number-kernel.ts'
import { KERNEL_TEXT } from './number-layout.ts'
import { NumberRun } from './number-run.ts'
import { JsonScanner } from './scanner.ts'

const kernel = createNumberKernel()!

/** RFC 8259's numbers without an exponent, after at most one space. */
const PLAIN = /^ ?-?(0|[1-9]\d*)(\.\d+)?$/

/** Whether the kernel must read it: a plain number of 16 characters after its sign, whose digits are an integer that a double holds. */
function isShort(token: string): boolean {
  return PLAIN.test(token) && token.replace(/^ ?-?/, '').length <= 16 && Number(digitsOf(token)) < 2 ** 53
}

/** Whether it may: of 32 characters, 18 digits and a power of ten that a double holds, it reads all but those very near to a middle of two doubles. */
function isLong(token: string): boolean {
  const scale = PLAIN.exec(token)?.[2]?.length ?? 1
  return PLAIN.test(token) && token.replace(/^ ?-?/, '').length <= 32 && BigInt(digitsOf(token)) < 10n ** 18n && scale <= 23
}

function digitsOf(token: string): string {
  return token.replaceAll(/[ .-]/g, '')
}

/** What is wrong with what was read of these: they are to be read up to one that need not be. */
function faultsOf(tokens: readonly string[], { numbers, next }: { readonly numbers: readonly number[]; readonly next: number }): unknown[] {
  const taken = tokens.slice(0, numbers.length)
  const stop = tokens.slice(numbers.length, numbers.length + 1)
  const faults = taken.filter((text, i) => !(isShort(text) || isLong(text)) || !Object.is(JSON.parse(text), numbers[i]))
  return [...faults, ...stop.filter(isShort), ...(next === taken.join(',').length + Math.min(taken.length, 1) ? [] : [next])]
}

function read(text: string, limit = 10_000, at = 0): { numbers: number[]; next: number } {
  const bytes = new TextEncoder().encode(text)
  kernel.load(bytes, 0, bytes.length)
  const count = kernel.read(at, limit)
  return { numbers: [...kernel.numbers.subarray(0, count)], next: kernel.next }
}

/** Reads the numbers of a list that a record ends with, as the reader of lists does. */
function readRun(text: string): { numbers: number[]; scanner: JsonScanner; afterComma: boolean } {
  const bytes = new TextEncoder().encode(`${text}}`)
  const scanner = new JsonScanner()
  const run = new NumberRun(scanner)
  scanner.start(bytes, 0, bytes.length)
  scanner.at++
  scanner.peek()
  const into = new Float64Array(100_000)
  const count = run.read(into, 0, into.length)
  return { numbers: [...into.subarray(0, count)], scanner, afterComma: run.afterComma }
}

const decimalOf = (most: bigint, mostScale: number): fc.Arbitrary<string> =>
  fc.tuple(fc.boolean(), fc.bigInt({ min: 0n, max: most }), fc.integer({ min: 0, max: mostScale })).map(([negative, digits, scale]) => {
    const text = String(digits).padStart(scale + 1, '0')
    return `${negative ? '-' : ''}${scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`}`
  })
const decimal = decimalOf(2n ** 53n - 1n, 14)
const longDecimal = decimalOf(2n * 10n ** 18n, 24)
/** The middle of two doubles, to 18 digits: as near to it as numbers of so many digits get. */
const middle = fc.tuple(fc.integer({ min: 2 ** 52, max: 2 ** 53 - 1 }), fc.integer({ min: -55, max: 5 })).map(([mantissa, exponent]) => {
  const [scaled, shift] = [BigInt(mantissa) * 2n + 1n, 1 - exponent]
  const places = 17 - Math.max(0, Math.floor(Math.log10(mantissa * 2 ** exponent)))
  const digits = shift > 0 ? (scaled * 10n ** BigInt(Math.max(0, places))) >> BigInt(shift) : scaled << BigInt(-shift)
  const text = String(digits).padStart(places + 1, '0')
  return places <= 0 || shift <= 0 ? String(digits) : `${text.slice(0, -places)}.${text.slice(-places)}`
})
const token = fc.oneof(
  { weight: 6, arbitrary: decimal },
  { weight: 4, arbitrary: longDecimal },
  { weight: 2, arbitrary: middle },
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.float({ noNaN: true, noDefaultInfinity: true, min: -1, max: 1 }).map(String),
  fc.integer({ min: -300, max: 300 }).map(String),
)

test('numbers are read as JSON.parse reads them, up to the first that is not plain', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), token), { maxLength: 60 }), (pairs) => {
      const tokens = pairs.map(([space, number]) => (space ? ' ' : '') + number)
      expect(faultsOf(tokens, read(tokens.map((text) => `${text},`).join('')))).toEqual([])
    }),
    { numRuns: 2000 },
  )
})

test('doubles are read to the last, with all of their digits', () => {
  let state = 1
  const doubles = Array.from({ length: 700 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state - 2 ** 31) / 1e9 / 3
  }).filter((number) => Math.abs(number) > 1e-5)
  expect(read(doubles.map((number) => `${number},`).join('')).numbers).toStrictEqual(doubles)
  for (const middleOfTwo of [
    '9007199254740993',
    '1.00000000000000011',
    '0.30000000000000004',
    '-123456789012345678',
    '0.0000000000000000000001',
  ])
    expect(faultsOf([middleOfTwo, middleOfTwo, '1'], read(`${middleOfTwo},${middleOfTwo},1,`))).toEqual([])
})

test('what is no number stops it, whatever it is', () => {
  const piece = fc.stringMatching(/^[-+0-9.eE nl"\]}:/]{0,6}$/)
  const changed = fc.tuple(longDecimal, fc.nat(20), piece).map(([number, at, some]) => number.slice(0, at) + some + number.slice(at))
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 3, arbitrary: decimal }, { weight: 3, arbitrary: longDecimal }, piece, changed), {
        minLength: 1,
        maxLength: 12,
      }),
      (tokens) => {
        expect(faultsOf(tokens, read(`${tokens.join(',')},`))).toEqual([])
      },
    ),
    { numRuns: 4000 },
  )
})

test('each byte in each place of a number stops it, but those that make another number', () => {
  for (const number of ['0.5', '10', '-12.75', ' 7', '1234567890.12345', '12345678901234', '-0.12345678901234567', '12345.678901234567']) {
    for (let at = 0; at < number.length; at++) {
      for (let byte = 0; byte < 128; byte++) {
        const changed = number.slice(0, at) + String.fromCharCode(byte) + number.slice(at + 1)
        if (byte === 44) continue
        const { numbers } = read(`1,${changed},2,`)
        expect(numbers, changed).toStrictEqual(isShort(changed) || isLong(changed) ? [1, Number(changed), 2] : [1])
      }
    }
  }
})

test('it reads as many as it is asked for, from where it is told, and nothing of the text before', () => {
  const text = '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,'
  expect(read(text, 3)).toStrictEqual({ numbers: [1, 2, 3], next: 6 })
  expect(read(text, 2, 6)).toStrictEqual({ numbers: [4, 5], next: 10 })
  expect(read(text, 0)).toStrictEqual({ numbers: [], next: 0 })
  expect(read('1,2').numbers).toStrictEqual([1])
  expect(read('').numbers).toStrictEqual([])
  expect(read('0,'.repeat(KERNEL_TEXT / 2), KERNEL_TEXT).numbers.length).toBe(KERNEL_TEXT / 2)
  expect(read(','.repeat(KERNEL_TEXT), KERNEL_TEXT).numbers).toStrictEqual([])
})

test('long lists of all kinds of numbers are those of JSON.parse, past the end of what the kernel holds', () => {
  const list = fc.array(fc.tuple(token, fc.constantFrom(',', ', ', ' ,', ',\n  ')), { minLength: 20, maxLength: 40 })
  fc.assert(
    fc.property(list, fc.integer({ min: 1, max: 60 }), (some, times) => {
      const [last] = some.at(-1)!
      const text = `[${some
        .map(([number, comma]) => number + comma)
        .join('')
        .repeat(times)}${last}]`
      const { numbers, scanner, afterComma } = readRun(text)
      expect(numbers).toStrictEqual(JSON.parse(text))
      expect([scanner.at, afterComma]).toStrictEqual([text.length - 1, false])
    }),
    { numRuns: 100 },
  )
})
