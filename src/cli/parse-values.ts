import { InvalidArgumentError } from 'commander'

/** A parser of option values: a whole number of at least `min`. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= min)) throw new InvalidArgumentError(`It must be a whole number of at least ${min}.`)
    return value
  }
}

/** A parser of `--rate`: records a second, `1000` or `1000/s`. */
export function ratePerSecond(text: string): number {
  const value = /^\d+(\.\d+)?(\/s)?$/.test(text) ? Number.parseFloat(text) : 0
  if (value <= 0) throw new InvalidArgumentError('It must be a number of records a second, such as 1000 or 0.5.')
  return value
}

/** Collects `key=value`, given as often as one likes. */
export function keyValue(what: string): (text: string, before: Record<string, string> | undefined) => Record<string, string> {
  return (text, before) => {
    const at = text.indexOf('=')
    if (at < 1) throw new InvalidArgumentError(`It must be ${what}.`)
    return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
  }
}

/** Splits `a,b,c`. */
export function list(text: string): string[] {
  return text.split(',').map((part) => part.trim())
}

/** One character; `tab` and `\t` mean the tabulator. */
export function oneCharacter(text: string): string {
  const character = text === 'tab' || text === '\\t' ? '\t' : text
  if (character.length !== 1 || '"\r\n'.includes(character))
    throw new InvalidArgumentError("It must be one character, such as ';', or tab.")
  return character
}
