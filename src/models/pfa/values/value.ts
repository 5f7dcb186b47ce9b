/**
 * How values of PFA stand in JavaScript. Values are never changed once another part has seen them: copy, then write.
 *
 * | type | value |
 * |---|---|
 * | null, boolean, string | themselves; strings are UTF-16 as in JavaScript |
 * | int | number, -2^31 … 2^31-1, never -0 |
 * | long | number where it is a safe integer (never -0), else bigint: so `===` and `<` work; see `long.ts` for arithmetic |
 * | float | number, rounded by Math.fround |
 * | double | number |
 * | bytes, fixed | Uint8Array |
 * | enum | its symbol, a string |
 * | array | Array (never a typed array) |
 * | map | Map with string keys |
 * | record | instance of a class made for the record type: its fields are properties of the same names; `$copy()` gives a copy to write to |
 * | union | null, or the value itself where the branches can be told apart at run time (`UnionType.boxed` is false), else a `Boxed` |
 * | function | JavaScript function of as many arguments |
 */
export type Value = unknown

export type Long = number | bigint

/** A value of a union whose branches can't be told apart by the value. */
export class Boxed {
  /** The branch's name: its type's name, `array` or `map`. */
  readonly tag: string
  readonly value: Value

  constructor(tag: string, value: Value) {
    this.tag = tag
    this.value = value
  }
}

/** A value of a record type. Its fields are its properties; `__proto__` is kept as `$__proto__`. */
export interface RecordValue {
  [field: string]: unknown
  /** A shallow copy, of the same class, for the caller to write to before anyone else sees it. */
  $copy(): RecordValue
}

/** The property that holds a record's field. */
export function propertyOf(field: string): string {
  return field === '__proto__' ? '$__proto__' : field
}
