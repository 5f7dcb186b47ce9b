import type { Type } from '../types/type.ts'
import type { Value } from '../values/value.ts'
import type { CallSite } from './library-function.ts'

/** Types whose values a JavaScript Set tells apart exactly as PFA's equality does. */
const HASHED: ReadonlySet<Type['kind']> = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'string', 'enum'])

/** Items that can be asked for, and added to. */
export interface Bag {
  has(item: Value): boolean
  add(item: Value): void
}

/** Makes bags of items of one type: hashed where the type allows it, else searched through. */
export function bagsOf(site: CallSite, type: Type): (items?: readonly Value[]) => Bag {
  if (HASHED.has(type.kind)) return (items) => new Set(items)
  const equal = site.equality(type)
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
