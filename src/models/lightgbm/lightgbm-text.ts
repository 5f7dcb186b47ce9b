import { SluiceError } from '../../core/errors.ts'

/** The lines `key=value` of one part of a LightGBM text file: its head, or a tree. Flags have an empty value. */
export interface Section {
  /** The whole text. Values are places in it, since most are long, and are read number by number. */
  readonly text: string
  readonly values: ReadonlyMap<string, Range>
}

interface Range {
  readonly from: number
  readonly to: number
}

export interface LightGbmText {
  readonly head: Section
  readonly trees: readonly Section[]
  /** The categories of each pandas column of categories, in their order; undefined where the file doesn't say. */
  readonly pandasCategorical: readonly (readonly unknown[])[] | undefined
  /** Parameters of the training, where the file has them. */
  readonly parameters: ReadonlyMap<string, string>
}

const END = '\nend of trees'
const MAX_TREES = 1_000_000

/** Splits a LightGBM text file (versions v2 to v4) into its parts. Throws `model.malformed`. */
export function splitLightGbmText(text: string): LightGbmText {
  if (!/^tree\r?\n/.test(text)) throw malformed("it does not begin with the line 'tree'")
  const end = text.indexOf(END)
  if (end < 0) throw malformed("it has no line 'end of trees'; it may be cut off")
  const trees: Section[] = []
  let from = text.indexOf('\nTree=')
  if (from < 0 || from > end) from = end
  const head = sectionOf(text, 0, from)
  while (from < end) {
    let next = text.indexOf('\nTree=', from + 1)
    if (next < 0 || next > end) next = end
    if (trees.length === MAX_TREES) throw malformed(`it has more than ${MAX_TREES} trees`)
    const section = sectionOf(text, from + 1, next)
    const name = textIn(section, 'Tree')?.slice(0, 20)
    if (name !== String(trees.length)) throw malformed(`tree ${trees.length} is called ${name}`)
    trees.push(section)
    from = next
  }
  return { head, trees, ...readTail(text.slice(end + END.length)) }
}

function sectionOf(text: string, begin: number, finish: number): Section {
  const values = new Map<string, Range>()
  let at = begin
  while (at < finish) {
    let end = text.indexOf('\n', at)
    if (end < 0 || end > finish) end = finish
    const to = end > at && text[end - 1] === '\r' ? end - 1 : end
    let equals = at
    while (equals < to && text.charCodeAt(equals) !== EQUALS) equals++
    if (to > at) values.set(text.slice(at, equals), { from: Math.min(equals + 1, to), to })
    at = end + 1
  }
  return { text, values }
}

/** The value of a key, or undefined where there is none. */
export function textIn({ text, values }: Section, key: string): string | undefined {
  const range = values.get(key)
  return range === undefined ? undefined : text.slice(range.from, range.to)
}

function readTail(tail: string): Pick<LightGbmText, 'pandasCategorical' | 'parameters'> {
  const parameters = new Map<string, string>()
  const begin = tail.indexOf('\nparameters:')
  const end = tail.indexOf('\nend of parameters')
  if (begin >= 0 && end < 0) throw malformed("its parameters have no line 'end of parameters'; it may be cut off")
  for (const [, key, value] of tail.slice(Math.max(0, begin), Math.max(0, end)).matchAll(/^\[([a-z_0-9]+): (.*)\]\r?$/gm)) {
    parameters.set(key!, value!)
  }
  const json = /^pandas_categorical:(.*)$/m.exec(tail)?.[1]
  return { parameters, pandasCategorical: json === undefined ? undefined : categoriesOf(json) }
}

function categoriesOf(json: string): readonly (readonly unknown[])[] | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw malformed('pandas_categorical is not JSON; it may be cut off', cause)
  }
  if (value === null) return undefined
  if (!Array.isArray(value) || !value.every(Array.isArray)) throw malformed('pandas_categorical is not a list of lists')
  return value as (readonly unknown[])[]
}

/** The value of a key. Throws `model.malformed` where there is none. */
export function valueOf(section: Section, key: string, where: string): string {
  const value = textIn(section, key)
  if (value === undefined) throw malformed(`${where} has no ${key}`)
  return value
}

/** The whole number from 0 on under a key. */
export function countOf(section: Section, key: string, where: string): number {
  const value = valueOf(section, key, where)
  if (!/^\d{1,9}$/.test(value)) throw malformed(`${key} of ${where} is '${value.slice(0, 50)}'; it must be a count`)
  return Number(value)
}

const SPACE = 32
const EQUALS = 61
const MINUS = 45
const ZERO = 48
const NINE = 57

/** The numbers under a key, with spaces between; exactly so many. LightGBM writes infinities as inf and -inf. */
export function numbersOf(section: Section, key: string, where: string, count: number): Float64Array {
  const { text, values } = section
  const range = values.get(key)
  if (range === undefined) throw malformed(`${where} has no ${key}`)
  const { from: begin, to } = range
  // A number takes a character and a space.
  if (count > (to - begin + 1) / 2) throw malformed(`${key} of ${where} has fewer than ${count} numbers`)
  const numbers = new Float64Array(count)
  let found = 0
  for (let at = begin; at < to;) {
    if (text.charCodeAt(at) === SPACE) {
      at++
      continue
    }
    const from = at
    // Most words are short integers, which are read digit by digit.
    let integer = 0
    let isInteger = true
    if (text.charCodeAt(at) === MINUS) at++
    const digits = at
    for (; at < to; at++) {
      const digit = text.charCodeAt(at)
      if (digit === SPACE) break
      if (digit < ZERO || digit > NINE) isInteger = false
      else integer = integer * 10 + (digit - ZERO)
    }
    const short = isInteger && at > digits && at - digits <= 9
    const number = short ? (digits > from ? -integer : integer) : numberOfWord(text.slice(from, at))
    if (number !== number) throw malformed(`${key} of ${where} has '${text.slice(from, Math.min(at, from + 50))}' where a number should be`)
    if (found === count) throw malformed(`${key} of ${where} has more than ${count} numbers`)
    numbers[found++] = number
  }
  if (found < count) throw malformed(`${key} of ${where} has ${found} numbers; it must have ${count}`)
  return numbers
}

/** NaN for what is no number. */
function numberOfWord(word: string): number {
  if (word === 'inf') return Infinity
  return word === '-inf' ? -Infinity : Number(word)
}

export function malformed(problem: string, cause?: unknown): SluiceError {
  return new SluiceError('model.malformed', `the LightGBM model can't be read: ${problem}`, { cause })
}
