import { type Element, malformed, unsupported } from './element.ts'
import { parseReal } from '../values/literal.ts'

/** The value of an attribute, or undefined where it is absent. */
export function text(element: Element, name: string): string | undefined {
  return element.attributes[name]
}

export function requiredText(element: Element, name: string): string {
  const value = element.attributes[name]
  if (value === undefined) throw malformed(element, `needs the attribute ${name}`)
  return value
}

/** The value of an attribute as a number, or undefined where it is absent. Throws `model.malformed` where it is not a number. */
export function real(element: Element, name: string): number | undefined {
  const value = element.attributes[name]
  if (value === undefined) return undefined
  const number = parseReal(value)
  if (Number.isNaN(number)) throw malformed(element, `has ${name}="${value}", which is not a number`)
  return number
}

export function requiredReal(element: Element, name: string): number {
  requiredText(element, name)
  return real(element, name)!
}

/** The value of an attribute as a whole number that is not negative. */
export function count(element: Element, name: string): number | undefined {
  const value = real(element, name)
  if (value !== undefined && !(Number.isInteger(value) && value >= 0))
    throw malformed(element, `has ${name}="${value}", which is not a count`)
  return value
}

export function flag(element: Element, name: string, fallback: boolean): boolean {
  const value = element.attributes[name]?.trim()
  if (value === undefined) return fallback
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  throw malformed(element, `has ${name}="${value}", which is neither true nor false`)
}

/** The value of an attribute that is one of a list. A value outside the list is `model.unsupported`, named with what is known. */
export function choice<const T extends string, const F>(element: Element, name: string, options: { of: readonly T[]; fallback: F }): T | F {
  const value = element.attributes[name]
  if (value === undefined) return options.fallback
  const found = options.of.find((candidate) => candidate === value)
  if (found === undefined) throw unsupported(element, `${name}="${value}" of <${element.name}> (known: ${options.of.join(', ')})`)
  return found
}

/** As `choice`, for an attribute that must be there. */
export function requiredChoice<const T extends string>(element: Element, name: string, of: readonly T[]): T {
  requiredText(element, name)
  return choice(element, name, { of, fallback: undefined })!
}
