import { SluiceError } from '../../core/errors.ts'

/** The lines `key=value` of one part of a LightGBM text file: its head, or a tree. Flags have an empty value. */
export type Section = ReadonlyMap<string, string>

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
  const head = sectionOf(text.slice(0, from))
  while (from < end) {
    let next = text.indexOf('\nTree=', from + 1)
    if (next < 0 || next > end) next = end
    if (trees.length === MAX_TREES) throw malformed(`it has more than ${MAX_TREES} trees`)
    const section = sectionOf(text.slice(from + 1, next))
    if (section.get('Tree') !== String(trees.length)) throw malformed(`tree ${trees.length} is called ${section.get('Tree')?.slice(0, 20)}`)
    trees.push(section)
    from = next
  }
  return { head, trees, ...readTail(text.slice(end + END.length)) }
}

function sectionOf(part: string): Section {
  const lines = new Map<string, string>()
  let at = 0
  while (at < part.length) {
    let end = part.indexOf('\n', at)
    if (end < 0) end = part.length
    const equals = part.indexOf('=', at)
    const stop = part[end - 1] === '\r' ? end - 1 : end
    if (equals >= 0 && equals < stop) lines.set(part.slice(at, equals), part.slice(equals + 1, stop))
    else if (stop > at) lines.set(part.slice(at, stop), '')
    at = end + 1
  }
  return lines
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
  const value = section.get(key)
  if (value === undefined) throw malformed(`${where} has no ${key}`)
  return value
}

/** The whole number from 0 on under a key. */
export function countOf(section: Section, key: string, where: string): number {
  const value = valueOf(section, key, where)
  if (!/^\d{1,9}$/.test(value)) throw malformed(`${key} of ${where} is '${value.slice(0, 50)}'; it must be a count`)
  return Number(value)
}

/** The numbers under a key, with spaces between; exactly so many. LightGBM writes infinities as inf and -inf. */
export function numbersOf(section: Section, key: string, where: string, count: number): Float64Array {
  const value = valueOf(section, key, where)
  const numbers = new Float64Array(count)
  const words = value === '' ? [] : value.trimEnd().split(' ')
  if (words.length !== count) throw malformed(`${key} of ${where} has ${words.length} numbers; it must have ${count}`)
  for (let i = 0; i < count; i++) {
    const word = words[i]!
    let number = Number(word)
    if (number !== number || word === '') {
      if (word !== 'inf' && word !== '-inf') throw malformed(`${key} of ${where} has '${word.slice(0, 50)}' where a number should be`)
      number = word === 'inf' ? Infinity : -Infinity
    }
    numbers[i] = number
  }
  return numbers
}

export function malformed(problem: string, cause?: unknown): SluiceError {
  return new SluiceError('model.malformed', `the LightGBM model can't be read: ${problem}`, { cause })
}
