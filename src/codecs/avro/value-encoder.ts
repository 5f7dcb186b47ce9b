import { numberOfText } from '../text-number.ts'
import { type AvroType, type FixedType, type Logical, type PrimitiveType, type RecordType, typeName, type UnionType } from './avro-type.ts'
import { ByteWriter } from './byte-writer.ts'
import { bytesOfDecimal, unitsOf } from './logical-value.ts'
import { DEEPEST_VALUE } from './wire.ts'

/**
 * The bytes of a structured record, from JSON or CSV. Of a union, the value alone decides which type it has; as in Avro's own JSON, it may
 * stand in an object under the name of its type. Fields with a default, or that may be null, can be left out. Numbers may be texts,
 * dates and times ISO 8601. Throws a TypeError whose message names the field.
 */
export function encodeRecord(type: RecordType, record: unknown): Uint8Array {
  const out = new ByteWriter()
  encode(type, record, { out, path: '', depth: 0 })
  return out.finish()
}

interface Place {
  readonly out: ByteWriter
  readonly path: string
  readonly depth: number
}

function encode(type: AvroType, value: unknown, place: Place): void {
  const { out, path, depth } = place
  if (depth > DEEPEST_VALUE) throw new TypeError(`it is nested more than ${DEEPEST_VALUE} deep`)
  switch (type.kind) {
    case 'null':
      if (value !== null && value !== undefined) throw wrong(type, value, path)
      return
    case 'boolean':
      return out.boolean(booleanOf(value) ?? refuse(type, value, path))
    case 'int':
    case 'long':
      return out.long(integerOf(type, value) ?? refuse(type, value, path))
    case 'float':
      return out.float(doubleOf(value) ?? refuse(type, value, path))
    case 'double':
      return out.double(doubleOf(value) ?? refuse(type, value, path))
    case 'string':
      return out.text(textOf(value) ?? refuse(type, value, path))
    case 'bytes':
      return out.bytes(bytesOf(type, value) ?? refuse(type, value, path))
    case 'fixed':
      return out.raw(bytesOf(type, value) ?? refuse(type, value, path))
    case 'enum': {
      const symbol = typeof value === 'string' ? type.symbols.indexOf(value) : -1
      if (symbol < 0) throw new TypeError(`${placeText(path)} is ${shown(value)}; it must be one of ${type.symbols.join(', ')}`)
      return out.long(BigInt(symbol))
    }
    case 'union':
      return encodeUnion(type, value, place)
    case 'array':
      if (!Array.isArray(value)) throw wrong(type, value, path)
      return encodeBlock(value, out, (item, i) => encode(type.items, item, { out, path: `${path}[${i}]`, depth: depth + 1 }))
    case 'map':
      if (!isObject(value)) throw wrong(type, value, path)
      return encodeBlock(Object.entries(value), out, ([key, item]) => {
        out.text(key)
        encode(type.values, item, { out, path: `${path}.${key}`, depth: depth + 1 })
      })
    case 'record':
      return encodeFields(type, value, place)
  }
}

function encodeBlock<T>(items: readonly T[], out: ByteWriter, write: (item: T, i: number) => void): void {
  if (items.length > 0) {
    out.long(BigInt(items.length))
    items.forEach(write)
  }
  out.long(0n)
}

function encodeFields(type: RecordType, value: unknown, { out, path, depth }: Place): void {
  if (!isObject(value)) throw wrong(type, value, path)
  const known = new Set(type.fields.flatMap((field) => [field.name, ...field.aliases]))
  const stranger = Object.keys(value).find((name) => !known.has(name))
  if (stranger !== undefined) {
    throw new TypeError(`${type.name} has no field '${path}${stranger}'; it has ${type.fields.map((field) => field.name).join(', ')}`)
  }
  for (const field of type.fields) {
    const name = [field.name, ...field.aliases].find((candidate) => Object.hasOwn(value, candidate) && value[candidate] !== undefined)
    const inside = { out, path: path === '' ? field.name : `${path}.${field.name}`, depth: depth + 1 }
    if (name !== undefined) encode(field.type, value[name], inside)
    else if (field.default !== undefined) encodeDefault(field.type, field.default, out)
    else if (mayBeNull(field.type)) encode(field.type, null, inside)
    else throw new TypeError(`field '${inside.path}' is absent; ${type.name} needs a ${typeName(field.type)}`)
  }
}

/** The default of a field (Avro 1.12, "Complex Types"): of a union, as a rule, a value of its first type. */
export function encodeDefault(type: AvroType, value: unknown, out: ByteWriter): void {
  encode(type, value, { out, path: 'default', depth: 0 })
}

function mayBeNull(type: AvroType): boolean {
  return type.kind === 'null' || (type.kind === 'union' && type.branches.some((branch) => branch.kind === 'null'))
}

function encodeUnion(type: UnionType, value: unknown, { out, path, depth }: Place): void {
  const [branch, inner] = chooseBranch(type, value)
  if (branch < 0) throw wrong(type, value, path)
  out.long(BigInt(branch))
  encode(type.branches[branch]!, inner, { out, path, depth: depth + 1 })
}

/** The branch for a value: the one that an object names, else the first that it is of, else the first that it can be turned into. */
function chooseBranch({ branches }: UnionType, value: unknown): readonly [branch: number, value: unknown] {
  if (isObject(value)) {
    const [name, ...others] = Object.keys(value)
    const named = others.length === 0 ? branches.findIndex((branch) => typeName(branch) === name) : -1
    if (named >= 0) return [named, value[name!]]
  }
  const exact = branches.findIndex((branch) => isOf(branch, value))
  return [exact >= 0 ? exact : branches.findIndex((branch) => canBecome(branch, value)), value]
}

function isOf(type: AvroType, value: unknown): boolean {
  switch (type.kind) {
    case 'null':
      return value === null || value === undefined
    case 'boolean':
      return typeof value === 'boolean'
    case 'int':
    case 'long':
      return (typeof value === 'number' || typeof value === 'bigint') && integerOf(type, value) !== undefined
    case 'float':
    case 'double':
      return typeof value === 'number'
    case 'string':
      return typeof value === 'string' && type.logical === undefined
    case 'bytes':
    case 'fixed':
      return value instanceof Uint8Array || (type.logical?.name === 'decimal' && typeof value === 'number')
    case 'enum':
      return typeof value === 'string' && type.symbols.includes(value)
    case 'array':
      return Array.isArray(value)
    case 'map':
      return isObject(value)
    case 'record':
      return isObject(value) && Object.keys(value).every((name) => type.fields.some((field) => field.name === name))
    case 'union':
      return false
  }
}

/** For values that hold no others: trying those that do would take ever longer, the deeper they are. */
function canBecome(type: AvroType, value: unknown): boolean {
  if (typeof value === 'object') return type.kind === 'record' && isObject(value)
  try {
    encode(type, value, { out: new ByteWriter(), path: '', depth: 0 })
    return true
  } catch {
    return false
  }
}

function booleanOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  return value === 'true' || value === 1 ? true : value === 'false' || value === 0 ? false : undefined
}

function doubleOf(value: unknown): number | undefined {
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'string' ? numberOfText(value) : typeof value === 'number' ? value : undefined
}

function integerOf(type: PrimitiveType, value: unknown): bigint | undefined {
  const integer = wholeOf(type.logical, value)
  return integer === undefined || integer !== BigInt.asIntN(type.kind === 'int' ? 32 : 64, integer) ? undefined : integer
}

function wholeOf(logical: Logical | undefined, value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined
  if (typeof value !== 'string') return undefined
  if (/^\s*[+-]?\d{1,30}\s*$/.test(value)) return BigInt(value.trim().replace(/^\+/, ''))
  return logical === undefined ? undefined : unitsOf(logical, value)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function bytesOf(type: PrimitiveType | FixedType, value: unknown): Uint8Array | undefined {
  const bytes = value instanceof Uint8Array ? value : bytesOfPlain(type, value)
  return bytes !== undefined && (type.kind !== 'fixed' || bytes.length === type.size) ? bytes : undefined
}

function bytesOfPlain(type: PrimitiveType | FixedType, value: unknown): Uint8Array | undefined {
  const { logical } = type
  if (logical?.name === 'decimal') {
    const bytes = bytesOfDecimal(logical.scale, value, type.kind === 'fixed' ? type.size : undefined)
    if (bytes !== undefined) return bytes
  }
  if (typeof value !== 'string') return undefined
  if (logical?.name === 'uuid' && /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i.test(value)) return bytesOfHex(value.replaceAll('-', ''))
  return bytesOfCharacters(value)
}

/** As Avro writes bytes in JSON: a character is a byte. */
function bytesOfCharacters(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 255) return undefined
    bytes[i] = code
  }
  return bytes
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

function refuse(type: AvroType, value: unknown, path: string): never {
  throw wrong(type, value, path)
}

function wrong(type: AvroType, value: unknown, path: string): TypeError {
  const wanted = type.kind === 'union' ? `one of ${type.branches.map(typeName).join(', ')}` : `a ${typeName(type)}`
  return new TypeError(`${placeText(path)} is ${shown(value)}; it must be ${wanted}`)
}

function placeText(path: string): string {
  return path === '' ? 'the record' : `field '${path}'`
}

function shown(value: unknown): string {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'absent')
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
