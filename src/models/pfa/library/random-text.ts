import type { CallSite, Callable, LibraryFunction } from './library-function.ts'

interface Kind<T extends string | Uint8Array> {
  readonly type: 'string' | 'bytes'
  readonly code: number
  readonly invalid: string
  /** Characters that there are: from the first to before the end; `low` and `high` have their own last values. */
  readonly range: readonly [first: number, end: number]
  readonly lastLow: number
  readonly of: (units: readonly number[]) => T
  readonly units: (population: T) => readonly number[]
}

const STRING_KIND: Kind<string> = {
  type: 'string',
  code: 34080,
  invalid: 'invalid char',
  range: [1, 0xd800],
  lastLow: 0xd800,
  of: (units) => units.map((unit) => String.fromCodePoint(unit)).join(''),
  units: (population) => Array.from(population, (char) => char.codePointAt(0)!),
}

const BYTES_KIND: Kind<Uint8Array> = {
  type: 'bytes',
  code: 34090,
  invalid: 'invalid byte',
  range: [0, 256],
  lastLow: 255,
  of: (units) => Uint8Array.from(units),
  units: (population) => [...population],
}

/** `size` random units, each by a number at least 0 and below a limit. */
function draw(site: CallSite, size: number, pick: (random: number) => number): number[] {
  return Array.from({ length: size }, () => pick(site.engine.random()))
}

function build<T extends string | Uint8Array>(site: CallSite, { code, range, lastLow, of, units }: Kind<T>): Callable {
  const [first, end] = range
  const between = (size: number, low: number, high: number): T => {
    return of(draw(site, size, (random) => Math.min(high - 1, low + Math.floor(random * (high - low)))))
  }
  const checked = (size: number): number => {
    if (size <= 0) return site.fail(code)
    site.engine.checkSize(size)
    return size
  }
  if (site.signature === 0) return (size: number) => between(checked(size), first, end)
  if (site.signature === 1) {
    return (size: number, population: T) => {
      const length = checked(size)
      const all = units(population)
      return all.length === 0 ? site.fail(code + 3) : of(draw(site, length, (random) => all[Math.floor(random * all.length)]!))
    }
  }
  return (size: number, low: number, high: number) => {
    const length = checked(size)
    if (high <= low) return site.fail(code + 1)
    return low < first || low > lastLow || high < first || high > end ? site.fail(code + 2) : between(length, low, high)
  }
}

function row<T extends string | Uint8Array>(kind: Kind<T>): LibraryFunction {
  const { type, code, invalid } = kind
  return {
    name: `rand.${type}`,
    signatures: [`(size: int) -> ${type}`, `(size: int, population: ${type}) -> ${type}`, `(size: int, low: int, high: int) -> ${type}`],
    errors: {
      [code]: 'size must be positive',
      [code + 1]: 'high must be greater than low',
      [code + 2]: invalid,
      [code + 3]: 'population must be non-empty',
    },
    build: (site) => build(site, kind),
  }
}

/** PFA 0.8.1, Random library: random strings and bytes. */
export const RANDOM_TEXT: readonly LibraryFunction[] = [row(STRING_KIND), row(BYTES_KIND)]
