import { nearest } from './nearest.ts'
import { type Path, pathText, type Source } from './source.ts'

/** Settings as they were given, before validation: plain objects, lists and scalars. */
export type Given = Record<string, unknown>

/** Something that is wrong with the configuration. */
export interface Problem {
  /** `http.port`, or what stands for a key where there is none: a variable's name. */
  readonly key: string
  readonly message: string
  readonly source: Source
  /** Whether the key itself is wrong: then the place of the key is shown, else that of the value. */
  readonly about?: 'key'
}

/** The settings of all sources laid over one another, later ones winning, with the source of each. */
export class Settings {
  readonly tree: Given = {}
  readonly problems: Problem[] = []
  readonly #sources = new Map<string, Source>()

  /** Says where the value at a path comes from; for a file, also inside of a value. */
  note(path: Path, source: Source): void {
    this.#sources.set(pathText(path), source)
  }

  /** The source of the value at a path, or of what holds it, or of what is in it. */
  sourceOf(path: Path): Source {
    for (let length = path.length; length > 0; length--) {
      const source = this.#sources.get(pathText(path.slice(0, length)))
      if (source !== undefined) return source
    }
    const inside = [...this.#sources].find(([known]) => isWithin(known, pathText(path)))
    return inside?.[1] ?? { kind: 'default' }
  }

  /** Whether any source gave the value at a path itself. */
  gives(path: Path): boolean {
    return valueAt(this.tree, path) !== undefined
  }

  /** Lays one value over what is there. A list grows by one item at a time. */
  set(path: Path, value: unknown, source: Source): void {
    const wrong = this.#obstacle(path)
    if (wrong !== undefined) {
      this.problems.push({ key: pathText(path), source, message: wrong })
      return
    }
    let holder: Given = this.tree
    for (const [i, part] of path.entries()) {
      if (i === path.length - 1) holder[part] = value
      else {
        const next: unknown = holder[part]
        if (typeof next !== 'object' || next === null) holder[part] = typeof path[i + 1] === 'number' ? [] : {}
        holder = holder[part] as Given
      }
    }
    this.#forget(pathText(path))
    this.note(path, source)
  }

  #obstacle(path: Path): string | undefined {
    for (const [i, part] of path.entries()) {
      const place = path.slice(0, i)
      const holder = valueAt(this.tree, place)
      const room = Array.isArray(holder) ? holder.length : 0
      // A scalar makes way for what is set inside it.
      const absent = typeof holder !== 'object' || holder === null
      const list = Array.isArray(holder) || (absent && typeof part === 'number' && i > 0)
      if (part === '' || part === '__proto__' || (typeof part === 'number' && !list && i === 0))
        return `${pathText(path)} is not the name of a setting`
      if (list && !(Number(part) <= room)) {
        const items = room === 1 ? '1 item' : `${room} items`
        return `${pathText(path)} can't be set: ${pathText(place)} has ${items}, so the next one is ${pathText([...place, room])}`
      }
    }
    return undefined
  }

  #forget(key: string): void {
    for (const known of this.#sources.keys()) {
      if (isWithin(known, key)) this.#sources.delete(known)
    }
  }
}

function isWithin(key: string, holder: string): boolean {
  return key.startsWith(holder) && (key.length === holder.length || '.['.includes(key[holder.length]!))
}

/** The value at a path of given settings, or undefined. */
export function valueAt(tree: unknown, path: Path): unknown {
  let value = tree
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Given)[String(part)]
  }
  return value
}

/** `; did you mean port?`, or the names to choose from. */
export function suggestion(name: string, known: readonly string[], prefix = ''): string {
  const close = nearest(name, known)
  if (close !== undefined) return `did you mean ${prefix}${close}?`
  return known.length === 0
    ? 'nothing can be set here'
    : `there ${known.length === 1 ? 'is' : 'are'} ${known.map((key) => prefix + key).join(', ')}`
}
