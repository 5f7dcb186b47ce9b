import { SluiceError } from '../../core/errors.ts'

/** A value of JSON that should be an object, and what messages call it. */
export class JsonShape {
  readonly #value: Readonly<Record<string, unknown>>
  readonly #name: string

  /** Throws `log.corrupt` where it is no object. */
  constructor(value: unknown, name: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw corrupt(`${name} is not an object`)
    this.#value = value as Record<string, unknown>
    this.#name = name
  }

  text(key: string): string {
    return this.#is(key, 'a text', (value) => typeof value === 'string') as string
  }

  textOrNull(key: string): string | null {
    return this.#is(key, 'a text or null', (value) => value === null || typeof value === 'string') as string | null
  }

  number(key: string): number {
    return this.#is(key, 'a number', Number.isFinite) as number
  }

  numberOrNull(key: string): number | null {
    return this.#is(key, 'a number or null', (value) => value === null || Number.isFinite(value)) as number | null
  }

  /** A whole number from 0 to less than `end`. */
  index(key: string, end: number): number {
    return this.#is(
      key,
      `a whole number from 0 to ${end - 1}`,
      (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < end,
    ) as number
  }

  flag(key: string): boolean {
    return this.#is(key, 'true or false', (value) => typeof value === 'boolean') as boolean
  }

  /** A number, a text or null. */
  answer(key: string): number | string | null {
    const right = (value: unknown): boolean => value === null || typeof value === 'string' || Number.isFinite(value)
    return this.#is(key, 'a number, a text or null', right) as number | string | null
  }

  oneOf<const T extends readonly string[]>(key: string, values: T): T[number] {
    return this.#is(key, `one of ${values.join(', ')}`, (value) => values.includes(value as string)) as T[number]
  }

  list(key: string, max: number): readonly unknown[] {
    return this.#is(key, `a list of at most ${max}`, (value) => Array.isArray(value) && value.length <= max) as unknown[]
  }

  /** The same object, with null where it lacks one of these. */
  optional(...keys: readonly string[]): JsonShape {
    return new JsonShape({ ...Object.fromEntries(keys.map((key) => [key, null])), ...this.#value }, this.#name)
  }

  /** Whether it is there, and null. */
  has(key: string): boolean {
    return Object.hasOwn(this.#value, key)
  }

  isNull(key: string): boolean {
    return Object.hasOwn(this.#value, key) && this.#value[key] === null
  }

  shapes(key: string, max: number): JsonShape[] {
    return this.list(key, max).map((value, i) => new JsonShape(value, `${this.#name}.${key}[${i}]`))
  }

  object(key: string): Readonly<Record<string, unknown>> {
    return new JsonShape(Object.hasOwn(this.#value, key) ? this.#value[key] : undefined, `${this.#name}.${key}`).#value
  }

  #is(key: string, right: string, isRight: (value: unknown) => boolean): unknown {
    const value = Object.hasOwn(this.#value, key) ? this.#value[key] : undefined
    if (isRight(value)) return value
    const shown = value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80)
    throw corrupt(`${this.#name}.${key} is ${shown}, but must be ${right}`)
  }
}

/** The value that some JSON text is. Throws `log.corrupt`. */
export function readJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw corrupt(`${name} is not JSON`, cause)
  }
}

function corrupt(message: string, cause?: unknown): SluiceError {
  return new SluiceError('log.corrupt', message, { cause })
}
