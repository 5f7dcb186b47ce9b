import { SluiceError } from '../../core/errors.ts'

/** A list of numbers as a parsed document holds it. */
export type NumberList = readonly number[] | Float64Array

/**
 * Looks into a parsed document with the path of what it looks at, so that what is wrong is named. Whatever is not there, or of
 * another kind, throws `model.malformed`.
 */
export class Document {
  readonly value: unknown
  readonly path: string

  constructor(value: unknown, path = '') {
    this.value = value
    this.path = path
  }

  has(key: string): boolean {
    return isObject(this.value) && Object.hasOwn(this.value, key)
  }

  get(key: string): Document {
    const path = this.path === '' ? key : `${this.path}.${key}`
    if (!isObject(this.value)) throw this.malformed('an object')
    if (!Object.hasOwn(this.value, key)) throw new SluiceError('model.malformed', `the model has no ${path}`)
    return new Document(this.value[key], path)
  }

  /** The value under a key, or undefined where there is none. */
  find(key: string): Document | undefined {
    return this.has(key) ? this.get(key) : undefined
  }

  get items(): readonly Document[] {
    if (!Array.isArray(this.value)) throw this.malformed('a list')
    return this.value.map((item, i) => new Document(item, `${this.path}[${i}]`))
  }

  /** How many items a list has. */
  get length(): number {
    if (!Array.isArray(this.value)) throw this.malformed('a list')
    return this.value.length
  }

  item(i: number): Document {
    return new Document((this.value as readonly unknown[])[i], `${this.path}[${i}]`)
  }

  get entries(): readonly (readonly [string, Document])[] {
    if (!isObject(this.value)) throw this.malformed('an object')
    return Object.keys(this.value).map((key) => [key, this.get(key)])
  }

  get text(): string {
    if (typeof this.value !== 'string') throw this.malformed('a text')
    return this.value
  }

  get texts(): readonly string[] {
    return this.items.map((item) => item.text)
  }

  get number(): number {
    if (typeof this.value !== 'number') throw this.malformed('a number')
    return this.value
  }

  /** A whole number from 0 on, also one that is written as a text. */
  get count(): number {
    const value = typeof this.value === 'string' && /^\d{1,9}$/.test(this.value) ? Number(this.value) : this.value
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw this.malformed('a count')
    return value
  }

  /** A list of numbers, of this length where one is given. */
  numbers(length?: number): NumberList {
    const list = numberList(this.value)
    if (list === undefined) throw this.malformed('a list of numbers')
    if (length !== undefined && list.length !== length) {
      throw new SluiceError('model.malformed', `${this.path} has ${list.length} numbers; it must have ${length}`)
    }
    return list
  }

  malformed(wanted: string): SluiceError {
    const kind = this.value === null ? 'null' : Array.isArray(this.value) ? 'a list' : typeof this.value
    const shown = typeof this.value === 'string' ? `'${this.value.slice(0, 50)}'` : typeof this.value === 'number' ? this.value : kind
    return new SluiceError('model.malformed', `${this.path === '' ? 'the model' : this.path} is ${shown}; it must be ${wanted}`)
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

function numberList(value: unknown): NumberList | undefined {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'number') ? value : undefined
  return value instanceof Float64Array ? value : undefined
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** The text of a file. Throws `model.malformed` where it is not UTF-8. */
export function textOf(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new SluiceError('model.malformed', `the bytes are not ${what}: they are not UTF-8`, { cause })
  }
}

/** The document of a JSON file; `mend` may make JSON of a text that is not. Throws `model.malformed`. */
export function parseJson(bytes: Uint8Array, what: string, mend?: (text: string) => string): Document {
  const text = textOf(bytes, what)
  try {
    return new Document(JSON.parse(text))
  } catch (cause) {
    const mended = mend?.(text) ?? text
    if (mended !== text) return parseJson(new TextEncoder().encode(mended), what)
    throw new SluiceError('model.malformed', `the bytes are not ${what}: ${(cause as Error).message.slice(0, 200)}`, { cause })
  }
}
