import type { Type } from '../types/type.ts'
import type { Value } from '../values/value.ts'
import { unboxed } from '../values/branches.ts'
import type { CallSite } from './library-function.ts'

/** Types whose values a JavaScript Set tells apart exactly as PFA's equality does. */
const HASHED: ReadonlySet<Type['kind']> = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'string', 'enum'])

/** Items that can be asked for, and added to. */
export interface Bag {
  has(item: Value): boolean
  add(item: Value): void
}

/** Equality of items as searches and sets have it: `==`, but for NaN, which is never found. */
export function itemEquality(site: CallSite, type: Type): (x: Value, y: Value) => boolean {
  const equal = site.equality(type)
  return (x, y) => !isNaNItem(x) && equal(x, y)
}

function isNaNItem(item: Value): boolean {
  return Number.isNaN(unboxed(item))
}

/** Makes bags of items of one type: hashed where the type allows it, else searched through. */
export function bagsOf(site: CallSite, type: Type): (items?: readonly Value[]) => Bag {
  if (HASHED.has(type.kind)) return hashed
  const equal = itemEquality(site, type)
  return (items = []) => {
    const all = items.slice()
    return {
      has(item) {
        site.engine.checkTime()
        return all.some((other) => equal(other, item))
      },
      add: (item) => {
        all.push(item)
      },
    }
  }
}

function hashed(items?: readonly Value[]): Bag {
  const set = new Set(items)
  set.delete(Number.NaN)
  return {
    has: (item) => set.has(item),
    add: (item) => {
      if (!Number.isNaN(item)) set.add(item)
    },
  }
}
