import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { KERNEL_TEXT } from './number-code.ts'
import { createNumberKernel } from './number-kernel.ts'
import { NumberRun } from './number-run.ts'
import { JsonScanner } from './scanner.ts'

const kernel = createNumberKernel()!

/** What the kernel is to read: RFC 8259's numbers without an exponent, of 16 characters after a space and a sign. */
const PLAIN = /^ ?-?(?=[\d.]{1,16}$)(?:0|[1-9]\d*)(?:\.\d+)?$/

function isPlain(token: string): boolean {
  return PLAIN.test(token) && Number(token.replaceAll(/[ .-]/g, '')) < 2 ** 53
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

const decimal = fc
  .tuple(fc.boolean(), fc.integer({ min: 0, max: 2 ** 53 - 1 }), fc.integer({ min: 0, max: 16 }))
  .map(([negative, digits, scale]) => {
    const text = String(digits).padStart(scale + 1, '0')
    return `${negative ? '-' : ''}${scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`}`
  })
const token = fc.oneof(
  { weight: 6, arbitrary: decimal },
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.float({ noNaN: true, noDefaultInfinity: true, min: -1, max: 1 }).map(String),
  fc.integer({ min: -300, max: 300 }).map(String),
)

test('numbers are read as JSON.parse reads them, up to the first that is not plain', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), token), { maxLength: 60 }), (pairs) => {
      const tokens = pairs.map(([space, number]) => (space ? ' ' : '') + number)
      const plain = tokens.findIndex((text) => !isPlain(text))
      const want = tokens.slice(0, plain < 0 ? tokens.length : plain)
      const { numbers, next } = read(tokens.map((text) => `${text},`).join(''))
      expect(numbers).toStrictEqual(want.map((text) => JSON.parse(text) as number))
      expect(next).toBe(want.join(',').length + Math.min(want.length, 1))
    }),
    { numRuns: 1000 },
  )
})

test('what is no number stops it, whatever it is', () => {
  const piece = fc.stringMatching(/^[-+0-9.eE nl"\]}:/]{0,6}$/)
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 3, arbitrary: decimal }, piece), { minLength: 1, maxLength: 12 }), (tokens) => {
      const wrong = tokens.findIndex((text) => !isPlain(text))
      expect(read(`${tokens.join(',')},`).numbers.length).toBe(wrong < 0 ? tokens.length : wrong)
    }),
    { numRuns: 3000 },
  )
})

test('each byte in each place of a number stops it, but those that make another number', () => {
  for (const number of ['0.5', '10', '-12.75', ' 7', '1234567890.12345', '12345678901234']) {
    for (let at = 0; at < number.length; at++) {
      for (let byte = 0; byte < 128; byte++) {
        const changed = number.slice(0, at) + String.fromCharCode(byte) + number.slice(at + 1)
        if (byte === 44) continue
        const { numbers } = read(`1,${changed},2,`)
        expect(numbers, changed).toStrictEqual(isPlain(changed) ? [1, Number(changed), 2] : [1])
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
