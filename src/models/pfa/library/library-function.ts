import type { RecordType, Type } from '../types/type.ts'
import type { RecordValue, Value } from '../values/value.ts'

export type Callable = (...args: never[]) => Value

/** A row of the library: one function of PFA, with all of its signatures. */
export interface LibraryFunction {
  readonly name: string
  /**
   * As functions.json writes them (`text`), tried in this order: `(x: any A of {int,long}, y: A) -> A`. Types: primitives, `array(T)`,
   * `map(T)`, `(T|U)`, `fcn(T, U)->V`, `any A` (with `of {…}`), `enum A`, `record A{field: T}` (a record with at least these fields),
   * and `A` for what a label stands for.
   */
  readonly signatures: readonly string[]
  /** The message of each error code, exactly as the standard words it: `{ 18000: 'int overflow' }`. */
  readonly errors?: Readonly<Record<number, string>>
  /** The JavaScript function for one call site: looked at once, when the document is compiled. What depends on types is decided here. */
  readonly build: (site: CallSite) => Callable
  /**
   * JavaScript for the call in place of `build`, or undefined to use `build`. The arguments are JavaScript expressions without side
   * effects and cheap to repeat (names or literals), converted to `site.params`. Only for what is hot: V8 inlines small functions itself.
   */
  readonly inline?: (site: CallSite, args: readonly string[]) => string | undefined
}

/** One call of a library function in a document: what is known of it before any record. */
export interface CallSite {
  readonly name: string
  /** Which of the row's signatures fits, from 0. */
  readonly signature: number
  /**
   * The types of the parameters with their labels resolved; the arguments have been converted to them (int to double, and so on).
   * An argument that is a function takes and gives exactly the types of its `fcn` parameter here.
   */
  readonly params: readonly Type[]
  readonly result: Type
  /** What each label of the signature stands for. */
  readonly labels: ReadonlyMap<string, Type>
  /** The arguments that are literals in the document, by place: the regular expression, the format, the size … */
  readonly literals: ReadonlyMap<number, Value>
  readonly engine: LibraryServices
  /** Raises the row's runtime error of this code. */
  readonly fail: (code: number) => never
  /** Refuses the document: a semantic error that the signature can't say. */
  readonly refuse: (problem: string) => never
  /** A name by which `inline` code can mention this object. */
  readonly constant: (value: unknown) => string
  /** Avro's order of two values of this type: negative, 0, positive. */
  readonly comparator: (type: Type) => (x: Value, y: Value) => number
  /** Whether two values of this type are equal, as `==` has it. */
  readonly equality: (type: Type) => (x: Value, y: Value) => boolean
  /** A new record of this type, for the caller to give every field its value before anyone else sees it. */
  readonly blank: (type: RecordType) => RecordValue
  /** A value of this type as JSON in Avro's encoding, for `cast.json`. */
  readonly jsonWriter: (type: Type) => (value: Value) => string
  /** A value of this type in Avro's binary encoding, for `cast.avro`. */
  readonly avroWriter: (type: Type) => (value: Value) => Uint8Array
}

/** What an engine gives to its functions. */
export interface LibraryServices {
  /** Uniform in [0, 1), from the document's `randseed` where it has one. */
  readonly random: () => number
  /** Milliseconds since the epoch, with a fraction, by the injected clock. */
  readonly now: () => number
  /** Stops a run that is past its time-out. Call it in loops whose length the data decide more than linearly. */
  readonly checkTime: () => void
  /** Refuses to make an array, string or byte sequence of this many items where that is more than a record may ask for. */
  readonly checkSize: (items: number) => void
}

/** A row's `build` for a function that needs nothing of its call site. */
export function plain(call: Callable): (site: CallSite) => Callable {
  return () => call
}
