/** The instructions that our modules use, by their names in the WebAssembly text format (core specification, section 5.4). */
const OPERATIONS = {
  end: [0x0b],
  'i32.eqz': [0x45],
  'i32.eq': [0x46],
  'i32.lt_s': [0x48],
  'i32.lt_u': [0x49],
  'i32.gt_s': [0x4a],
  'i32.ctz': [0x68],
  'i32.popcnt': [0x69],
  'i32.add': [0x6a],
  'i32.sub': [0x6b],
  'i32.mul': [0x6c],
  'i32.and': [0x71],
  'i32.or': [0x72],
  'i32.xor': [0x73],
  'i32.shl': [0x74],
  'i32.shr_u': [0x76],
  'f64.ne': [0x62],
  'f64.lt': [0x63],
  'f64.add': [0xa0],
  'f32.demote_f64': [0xb6],
  'f64.promote_f32': [0xbb],
  'f64x2.splat': [0xfd, 0x14],
  'f64x2.add': [0xfd, 0xf0, 0x01],
  'f64x2.sub': [0xfd, 0xf1, 0x01],
  'f64x2.mul': [0xfd, 0xf2, 0x01],
  'f64x2.div': [0xfd, 0xf3, 0x01],
  'f64x2.eq': [0xfd, 0x47],
  'f64x2.lt': [0xfd, 0x49],
  'f64x2.replace_lane 1': [0xfd, 0x22, 1],
  'f64x2.convert_low_i32x4_s': [0xfd, 0xfe, 0x01],
  'i64x2.bitmask': [0xfd, 0xc4, 0x01],
  'i32x4.splat': [0xfd, 0x11],
  'i32x4.replace_lane 1': [0xfd, 0x1c, 1],
  'i32x4.shuffle 0 2 0 2': [0xfd, 0x0d, 0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11],
  'i32x4.shuffle 1 3 1 3': [0xfd, 0x0d, 4, 5, 6, 7, 12, 13, 14, 15, 4, 5, 6, 7, 12, 13, 14, 15],
  'v128.not': [0xfd, 0x4d],
  'v128.and': [0xfd, 0x4e],
  'v128.or': [0xfd, 0x50],
  'v128.xor': [0xfd, 0x51],
  'v128.any_true': [0xfd, 0x53],
  'i8x16.splat': [0xfd, 0x0f],
  'i8x16.eq': [0xfd, 0x23],
  'i8x16.gt_s': [0xfd, 0x27],
  'i8x16.neg': [0xfd, 0x61],
  'i8x16.popcnt': [0xfd, 0x62],
  'i8x16.bitmask': [0xfd, 0x64],
  'i8x16.shl': [0xfd, 0x6b],
  'i8x16.add': [0xfd, 0x6e],
  'i8x16.sub': [0xfd, 0x71],
  'i8x16.relaxed_swizzle': [0xfd, 0x80, 0x02],
  'i8x16.relaxed_laneselect': [0xfd, 0x89, 0x02],
  'i16x8.extract_lane_u 7': [0xfd, 0x19, 7],
  'i16x8.narrow_i32x4_s': [0xfd, 0x85, 0x01],
  'i16x8.relaxed_dot_i8x16_i7x16_s': [0xfd, 0x92, 0x02],
  'i32x4.dot_i16x8_s': [0xfd, 0xba, 0x01],
} as const satisfies Record<string, readonly number[]>

/** Loads and stores, with the power of two that they are aligned to. */
const ACCESSES = {
  'i32.load': [[0x28], 2],
  'i32.load8_u': [[0x2d], 0],
  'i32.store': [[0x36], 2],
  'i32.store8': [[0x3a], 0],
  'f64.load': [[0x2b], 3],
  'f64.store': [[0x39], 3],
  'v128.load': [[0xfd, 0x00], 4],
  'v128.load64_splat': [[0xfd, 0x0a], 3],
  'v128.store': [[0xfd, 0x0b], 4],
} as const satisfies Record<string, readonly [readonly number[], number]>

export const VALUE_TYPES = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const
export type ValueType = keyof typeof VALUE_TYPES

/** The body of one function, written instruction by instruction, and its locals (parameters first). */
export class Code {
  readonly bytes: number[] = []
  readonly locals: ValueType[] = []

  local(type: ValueType): number {
    return this.locals.push(type) - 1
  }

  get(local: number): this {
    return this.#emit(0x20).#unsigned(local)
  }

  set(local: number): this {
    return this.#emit(0x21).#unsigned(local)
  }

  tee(local: number): this {
    return this.#emit(0x22).#unsigned(local)
  }

  i32(value: number): this {
    return this.#emit(0x41, ...signedLeb(value))
  }

  f64(value: number): this {
    return this.#emit(0x44, ...new Uint8Array(Float64Array.of(value).buffer))
  }

  op(name: keyof typeof OPERATIONS): this {
    return this.#emit(...OPERATIONS[name])
  }

  /** A load from, or a store to, the address on the stack plus an offset. */
  access(name: keyof typeof ACCESSES, offset = 0): this {
    const [opcode, alignment] = ACCESSES[name]
    return this.#emit(...opcode, alignment).#unsigned(offset)
  }

  /** Loads into one local, from the address in another plus an offset. */
  load(name: keyof typeof ACCESSES, address: number, offset: number, into: number): this {
    return this.get(address).access(name, offset).set(into)
  }

  /** Adds a constant to an i32 local. */
  advance(local: number, by: number): this {
    return this.get(local).i32(by).op('i32.add').set(local)
  }

  /** `body`, again as long as the i32 that it leaves is not 0. */
  repeatWhile(body: () => void): this {
    this.#emit(0x03, 0x40)
    body()
    return this.#emit(0x0d, 0x00).op('end')
  }

  /** `body`, if the i32 on the stack is not 0; else `otherwise`. */
  when(body: () => void, otherwise?: () => void): this {
    this.#emit(0x04, 0x40)
    body()
    if (otherwise !== undefined) {
      this.#emit(0x05)
      otherwise()
    }
    return this.op('end')
  }

  #emit(...bytes: number[]): this {
    this.bytes.push(...bytes)
    return this
  }

  #unsigned(value: number): this {
    return this.#emit(...unsignedLeb(value))
  }
}

/** LEB128 of an unsigned 32-bit integer (core specification, section 5.2.2). */
export function unsignedLeb(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128)
  bytes.push(rest)
  return bytes
}

function signedLeb(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest < -64 || rest > 63; rest >>= 7) bytes.push((rest & 127) | 128)
  bytes.push(rest & 127)
  return bytes
}
