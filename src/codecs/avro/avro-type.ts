/** What a logical type says of the numbers or bytes under it. Logical types that are not here, or don't fit, count for nothing. */
export type Logical =
  | { readonly name: 'decimal'; readonly scale: number }
  | { readonly name: 'uuid' }
  | { readonly name: 'date' }
  | { readonly name: 'time'; readonly perSecond: number }
  | { readonly name: 'timestamp'; readonly perSecond: number; readonly local: boolean }

/** A type of the Avro specification 1.12, with names resolved: types that refer to themselves are cycles of objects. */
export type AvroType = SingleType | StructureType

/** Types whose values hold no others. */
export type SingleType = PrimitiveType | FixedType | EnumType
export type StructureType = ArrayType | MapType | UnionType | RecordType

export interface PrimitiveType {
  readonly kind: 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'
  readonly logical?: Logical | undefined
}

interface Named {
  /** With its namespace. */
  readonly name: string
}

export interface FixedType extends Named {
  readonly kind: 'fixed'
  readonly size: number
  readonly logical?: Logical | undefined
}

export interface EnumType extends Named {
  readonly kind: 'enum'
  readonly symbols: readonly string[]
  readonly default: string | undefined
}

export interface ArrayType {
  readonly kind: 'array'
  readonly items: AvroType
}

export interface MapType {
  readonly kind: 'map'
  readonly values: AvroType
}

export interface UnionType {
  readonly kind: 'union'
  readonly branches: readonly AvroType[]
}

export interface RecordType extends Named {
  readonly kind: 'record'
  readonly fields: readonly AvroField[]
}

export interface AvroField {
  readonly name: string
  readonly aliases: readonly string[]
  readonly type: AvroType
  /** As JSON; undefined where it has none. */
  readonly default: unknown
}

/** What a type is called in messages, and in the JSON of unions. */
export function typeName(type: AvroType): string {
  return 'name' in type ? type.name : type.kind
}

const sizes = new WeakMap<AvroType, number>()

/** The fewest bytes that a value takes; infinite for a record that can't end. */
export function smallestSize(type: AvroType): number {
  const known = sizes.get(type)
  if (known !== undefined) return known
  // A record that is met again inside of itself.
  sizes.set(type, Infinity)
  const size = sizeOf(type)
  sizes.set(type, size)
  return size
}

function sizeOf(type: AvroType): number {
  switch (type.kind) {
    case 'null':
      return 0
    case 'float':
      return 4
    case 'double':
      return 8
    case 'fixed':
      return type.size
    case 'union':
      return 1 + Math.min(...type.branches.map(smallestSize))
    case 'record':
      return type.fields.reduce((sum, field) => sum + smallestSize(field.type), 0)
    case 'boolean':
    case 'int':
    case 'long':
    case 'bytes':
    case 'string':
    case 'enum':
    case 'array':
    case 'map':
      return 1
  }
}
