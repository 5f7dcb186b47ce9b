/** Code units that a class of characters has. */
type Units = Uint8Array

const UNITS = 0x1_0000
/** Classes inside of one another. */
const MOST_LEVELS = 20
/** Looking at all characters takes a while for each. */
const MOST_PARTS = 20

/** A class as ranges of code units, and where it ends in the pattern. */
export interface FlatClass {
  readonly ranges: string
  readonly end: number
}

/**
 * The class that begins at a bracket, where it has other classes inside, or `&&` between them, as one without: Java's unions and
 * intersections, and XPath's subtractions (`[a-z-[aeiou]]`). Undefined where it is a plain one. `flat` makes a plain class of JavaScript of
 * what stands between brackets. Throws where it does not end.
 */
export function flattenedClass(pattern: string, start: number, flat: (inner: string) => string): FlatClass | undefined {
  const reader = new ClassReader(pattern, flat)
  const { units, end } = reader.read(start, 0)
  return reader.isPlain ? undefined : { ranges: rangesWhere((unit) => units[unit] === 1), end }
}

class ClassReader {
  isPlain = true
  readonly #pattern: string
  readonly #flat: (inner: string) => string
  #parts = 0

  constructor(pattern: string, flat: (inner: string) => string) {
    this.#pattern = pattern
    this.#flat = flat
  }

  /** From the opening bracket on; `end` is the place of the closing one. */
  read(start: number, level: number): { readonly units: Units; readonly end: number } {
    const pattern = this.#pattern
    if (level > MOST_LEVELS) throw new SyntaxError('too many classes inside of classes')
    const isNegated = pattern[start + 1] === '^'
    const first = isNegated ? start + 2 : start + 1
    let all: Units | undefined
    let some = new Uint8Array(UNITS)
    let less: Units | undefined
    let plainFrom = first
    const endPlain = (at: number): void => {
      if (at > plainFrom) this.#add(pattern.slice(plainFrom, at), some)
    }
    for (let i = first; i < pattern.length; i++) {
      const c = pattern[i]!
      if (c === '\\') i += 1
      else if (c === '[') {
        this.isPlain = false
        const isSubtracted = pattern[i - 1] === '-' && i - 1 > plainFrom
        endPlain(isSubtracted ? i - 1 : i)
        const { units, end } = this.read(i, level + 1)
        if (isSubtracted) less = units
        else for (let unit = 0; unit < UNITS; unit++) some[unit]! |= units[unit]!
        i = end
        plainFrom = end + 1
      } else if (c === '&' && pattern[i + 1] === '&') {
        this.isPlain = false
        endPlain(i)
        all = both(all, some)
        some = new Uint8Array(UNITS)
        plainFrom = i + 2
        i += 1
      } else if (c === ']' && i > first) {
        // Nothing is to be computed for a class that needs no help.
        if (level === 0 && this.isPlain) return { units: some, end: i }
        endPlain(i)
        const units = both(all, some)
        for (let unit = 0; unit < UNITS; unit++) units[unit] = Number((units[unit] === 1 && less?.[unit] !== 1) !== isNegated)
        return { units, end: i }
      }
    }
    throw new SyntaxError('a class of characters does not end')
  }

  #add(inner: string, into: Units): void {
    if (++this.#parts > MOST_PARTS) throw new SyntaxError('too many classes inside of classes')
    const stretches = new RegExp(`[${this.#flat(inner)}]+`, 'g')
    for (const { 0: stretch, index } of allUnits().matchAll(stretches)) into.fill(1, index, index + stretch.length)
  }
}

let everyUnit = ''

/** A text with all code units in their order. */
function allUnits(): string {
  if (everyUnit === '') for (let unit = 0; unit < UNITS; unit++) everyUnit += String.fromCharCode(unit)
  return everyUnit
}

function both(one: Units | undefined, other: Units): Units {
  if (one !== undefined) for (let unit = 0; unit < UNITS; unit++) other[unit]! &= one[unit]!
  return other
}

/** The code units that a test holds for, as ranges of a class; what needs two units is not told apart. */
export function rangesWhere(holds: (unit: number) => boolean): string {
  const hex = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`
  let result = ''
  for (let from = 0; from < UNITS; from++) {
    if (!holds(from)) continue
    let to = from
    while (to < UNITS - 1 && holds(to + 1)) to++
    result += from === to ? hex(from) : `${hex(from)}-${hex(to)}`
    from = to
  }
  return result
}
