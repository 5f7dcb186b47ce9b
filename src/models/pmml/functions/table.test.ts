import { describe, expect, it } from 'vitest'
import { Assembly } from '../assembly/assembly.ts'
import { constantOperand, type Operand } from '../assembly/operand.ts'
import { compileExpression } from '../expressions/compile-expression.ts'
import { DATA_TYPE_NAMES, familyOf } from '../values/data-type.ts'
import { FUNCTIONS } from './table.ts'
import { erf, erfc, normalCdf, normalPdf, normalQuantile } from './normal-distribution.ts'

/** The built-in functions of PMML 4.4.1, as its page lists them. */
const STANDARD =
  '+ - * / min max sum avg median product log10 ln sqrt abs exp pow threshold floor ceil round rint modulo isMissing isNotMissing isValid isNotValid ' +
  'equal notEqual lessThan lessOrEqual greaterThan greaterOrEqual and or not isIn isNotIn if uppercase lowercase stringLength substring trimBlanks concat replace ' +
  'matches formatNumber formatDatetime dateDaysSinceYear dateSecondsSinceYear dateSecondsSinceMidnight normalCDF normalPDF stdNormalCDF stdNormalPDF erf ' +
  'normalIDF stdNormalIDF expm1 hypot ln1p sin asin sinh cos acos cosh tan atan tanh'

const assembly = (): Assembly => new Assembly([], compileExpression)
const CELLS = new Float64Array(4)

describe('the table of functions', () => {
  it('has every function of the standard', () => {
    expect(STANDARD.split(' ').filter((name) => !Object.hasOwn(FUNCTIONS, name))).toEqual([])
  })

  it('has nothing else but extensions', () => {
    const others = Object.keys(FUNCTIONS).filter((name) => !STANDARD.split(' ').includes(name) && !name.startsWith('x-'))
    expect(others).toEqual(['atan2'])
  })

  it.each(Object.entries(FUNCTIONS))('%s takes what it says and gives a value of a known type', (_, entry) => {
    const [least, most] = entry.arity
    expect(least).toBeGreaterThanOrEqual(1)
    expect(most).toBeGreaterThanOrEqual(least)
    for (const count of new Set([least, Math.min(most, least + 2)])) {
      const args = Array.from({ length: count }, (_value, i) => constantOperand('integer', i + 1, String(i + 1)))
      const result = entry.build(args, assembly())
      expect(DATA_TYPE_NAMES).toContain(result.type)
      expect(result.run(CELLS, 0)).toBeTypeOf('number')
    }
  })

  it.each(Object.entries(FUNCTIONS))('%s never throws for a missing argument or an odd one', (_, entry) => {
    const shared = assembly()
    const odd: Operand[] = [
      constantOperand('double', NaN),
      constantOperand('double', Infinity),
      { type: 'string', run: () => shared.pool.code('odd %s \\') },
    ]
    for (const operand of odd) {
      for (let place = 0; place < entry.arity[0]; place++) {
        const args = Array.from({ length: entry.arity[0] }, (_value, i) => (i === place ? operand : constantOperand('double', 2, '2')))
        const result = entry.build(args, shared)
        const value = result.run(CELLS, 0)
        expect(value).toBeTypeOf('number')
        const isText = familyOf(result.type) === 'text' && !Number.isNaN(value)
        expect(isText && (value < 0 || value >= shared.pool.size), 'a text has a code of the pool').toBe(false)
      }
    }
  })

  it('compares texts by their characters', () => {
    const shared = assembly()
    const text = (value: string): Operand => constantOperand('string', shared.pool.code(value), value)
    expect(FUNCTIONS['lessThan']!.build([text('Aa'), text('a')], shared).run(CELLS, 0)).toBe(1)
    expect(FUNCTIONS['equal']!.build([text('a'), text('a')], shared).run(CELLS, 0)).toBe(1)
  })

  it('matches a pattern in a time linear in the text, and refuses one that can not be', () => {
    const shared = assembly()
    const text = (value: string): Operand => constantOperand('string', shared.pool.code(value), value)
    const matches = (subject: string, pattern: string): number =>
      FUNCTIONS['matches']!.build([text(subject), text(pattern)], shared).run(CELLS, 0)
    expect(matches(`${'a'.repeat(5000)}b`, '^(a|aa)+$')).toBe(0)
    expect(matches('2024-12-01', '^\\d+-\\d\\d-\\d\\d$')).toBe(1)
    expect(() => matches('aa', '(a)\\1')).toThrow(/regular expression/)
    expect(() => matches('aa', '(a')).toThrow(/regular expression/)
  })
})

/** From tables to 16 digits (Abramowitz and Stegun 7.1, 26.2; Wolfram functions site). */
describe('the normal distribution', () => {
  const close = (value: number, expected: number): void => expect(Math.abs(value / expected - 1)).toBeLessThan(4e-15)

  it('has the error function', () => {
    close(erf(0.5), 0.5204998778130465)
    close(erf(1), 0.8427007929497149)
    close(erf(-2), -0.9953222650189527)
    close(erfc(1), 0.15729920705028513)
    close(erfc(2), 0.004677734981047266)
    close(erfc(3), 2.209049699858544e-5)
    close(erfc(6), 2.1519736712498913e-17)
    expect(erf(0)).toBe(0)
    expect(erf(Infinity)).toBe(1)
  })

  it('has density, distribution and its inverse', () => {
    close(normalPdf(0), 0.3989422804014327)
    close(normalCdf(1.96), 0.9750021048517795)
    close(normalCdf(-5), 2.866515718791939e-7)
    close(normalQuantile(0.975), 1.9599639845400543)
    close(normalQuantile(1e-10), -6.361340902404056)
    expect(normalQuantile(0.5)).toBe(0)
    expect(normalQuantile(1.5)).toBeNaN()
    for (const p of [1e-15, 1e-4, 0.02, 0.3, 0.7, 0.9999]) close(normalCdf(normalQuantile(p)), p)
  })
})
