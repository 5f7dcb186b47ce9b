import { SluiceError } from '../../core/errors.ts'

const MAX_DEPTH = 64
const MAX_KEYS = 100_000
/** A list whose items have no type of their own takes an entry each, whatever the file's size. */
const MAX_EMPTY_ITEMS = 1_000_000

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Types of fixed size, by their markers: how many bytes, and how one is read. Numbers are big-endian. */
const FIXED: Readonly<Record<string, { readonly bytes: number; read(view: DataView, at: number): number }>> = {
  i: { bytes: 1, read: (view, at) => view.getInt8(at) },
  U: { bytes: 1, read: (view, at) => view.getUint8(at) },
  I: { bytes: 2, read: (view, at) => view.getInt16(at) },
  l: { bytes: 4, read: (view, at) => view.getInt32(at) },
  L: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at)) },
  d: { bytes: 4, read: (view, at) => view.getFloat32(at) },
  D: { bytes: 8, read: (view, at) => view.getFloat64(at) },
}
const LITERALS: Readonly<Record<string, unknown>> = { Z: null, T: true, F: false }

/**
 * The value of a document in UBJSON (Universal Binary JSON, draft 12) as JSON.parse would give it, except that lists of numbers of
 * one type are Float64Arrays. Integers beyond 2^53 are rounded. Throws `model.malformed`, also for what is nested more than 64 deep.
 */
export function parseUbJson(bytes: Uint8Array): unknown {
  const reader = new UbJsonReader(bytes)
  const value = reader.value(reader.marker(), 0)
  reader.expectEnd()
  return value
}

class UbJsonReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0
  #keys = 0
  #emptyItems = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The next marker, past no-ops. */
  marker(): string {
    for (;;) {
      const byte = this.#bytes[this.#take(1)]!
      if (byte !== 0x4e) return String.fromCharCode(byte)
    }
  }

  expectEnd(): void {
    while (this.#bytes[this.#at] === 0x4e) this.#at++
    if (this.#at < this.#bytes.length) throw this.#malformed('more bytes follow the document')
  }

  value(marker: string, depth: number): unknown {
    const fixed = FIXED[marker]
    if (fixed) return fixed.read(this.#view, this.#take(fixed.bytes))
    if (marker in LITERALS) return LITERALS[marker]
    if (marker === 'S') return this.#text(this.#count())
    if (marker === 'C') return String.fromCharCode(this.#bytes[this.#take(1)]!)
    if (marker === 'H') return this.#highPrecision()
    if (marker !== '{' && marker !== '[') throw this.#malformed(`0x${marker.charCodeAt(0).toString(16)} is no marker of a value`)
    if (depth === MAX_DEPTH) throw this.#malformed(`values are nested more than ${MAX_DEPTH} deep`)
    return marker === '{' ? this.#object(depth + 1) : this.#list(depth + 1)
  }

  #object(depth: number): unknown {
    const { type, count } = this.#container()
    const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>
    for (let i = 0; count === undefined ? !this.#closes('}') : i < count; i++) {
      if (++this.#keys > MAX_KEYS * 16) throw this.#malformed('it has too many keys')
      const key = this.#text(this.#count())
      object[key] = this.value(type ?? this.marker(), depth)
    }
    return object
  }

  #list(depth: number): unknown {
    const { type, count } = this.#container()
    const fixed = type === undefined ? undefined : FIXED[type]
    if (fixed && count !== undefined) {
      const from = this.#take(count * fixed.bytes)
      return Float64Array.from({ length: count }, (_, i) => fixed.read(this.#view, from + i * fixed.bytes))
    }
    const list: unknown[] = []
    for (let i = 0; count === undefined ? !this.#closes(']') : i < count; i++) {
      if (type !== undefined && type in LITERALS && ++this.#emptyItems > MAX_EMPTY_ITEMS) throw this.#malformed('a list has too many items')
      list.push(this.value(type ?? this.marker(), depth))
    }
    return list
  }

  /** The type of all items, and how many there are, where the container says so. */
  #container(): { readonly type: string | undefined; readonly count: number | undefined } {
    let type: string | undefined
    if (this.#bytes[this.#at] === 0x24) {
      this.#at++
      type = this.marker()
      if (this.#bytes[this.#at] !== 0x23) throw this.#malformed('a container has a type and no count')
    }
    if (this.#bytes[this.#at] !== 0x23) return { type, count: undefined }
    this.#at++
    return { type, count: this.#count() }
  }

  #closes(end: string): boolean {
    while (this.#bytes[this.#at] === 0x4e) this.#at++
    if (this.#bytes[this.#at] !== end.charCodeAt(0)) return false
    this.#at++
    return true
  }

  #count(): number {
    const marker = this.marker()
    const fixed = 'iUIlL'.includes(marker) ? FIXED[marker] : undefined
    const count = fixed ? fixed.read(this.#view, this.#take(fixed.bytes)) : -1
    if (count < 0 || count > 2 ** 31) throw this.#malformed('a length is no count')
    return count
  }

  #text(length: number): string {
    const from = this.#take(length)
    try {
      return decoder.decode(this.#bytes.subarray(from, from + length))
    } catch {
      throw this.#malformed('a text is not UTF-8')
    }
  }

  #highPrecision(): number {
    const text = this.#text(this.#count())
    const value = Number(text)
    if (text.trim() === '' || Number.isNaN(value)) throw this.#malformed(`'${text.slice(0, 50)}' is no number`)
    return value
  }

  /** Passes so many bytes and answers where they begin. */
  #take(count: number): number {
    if (count > this.#bytes.length - this.#at)
      throw this.#malformed(`${count} bytes are wanted where ${this.#bytes.length - this.#at} are left`)
    const from = this.#at
    this.#at += count
    return from
  }

  #malformed(problem: string): SluiceError {
    return new SluiceError('model.malformed', `the bytes are not UBJSON: at byte ${this.#at} of ${this.#bytes.length}, ${problem}`)
  }
}
