import { compile } from '../../core/wasm/engine.ts'
import { encodeModule } from '../../core/wasm/module.ts'
import { kernelCode } from './number-code.ts'
import {
  ARGUMENTS,
  BLOCK,
  CONSTANTS,
  DOT,
  KERNEL_TEXT,
  LONG_MASKS,
  LONG_POWERS,
  NUMBERS,
  POWERS,
  SHUFFLES,
  SIGNS,
  SIZE,
  TEXT,
  TOKEN_MASKS,
  WIDTH,
  ZERO,
} from './number-layout.ts'

/** Reads numbers of JSON texts many bytes at a time. There is one in a thread, whose memory holds one text. */
export interface NumberKernel {
  /** The text of which numbers are read, of at most `KERNEL_TEXT` bytes. */
  load(bytes: Uint8Array, at: number, end: number): void
  /**
   * Reads at most `limit` numbers, with a comma directly after each, from the place `at` of the text on; returns how many. It stops at anything but a
   * number of up to 16 characters without an exponent, whose value is then a quotient of two numbers that doubles hold exactly.
   */
  read(at: number, limit: number): number
  /** The place in the text after the last comma that was read. */
  readonly next: number
  /** The numbers that were read last. */
  readonly numbers: Float64Array
}

/** Makes the kernel; undefined where this machine's engine lacks the instructions, or memory. */
export function createNumberKernel(): NumberKernel | undefined {
  const instance = compile(encodeModule(kernelCode()))?.instantiate(SIZE)
  if (instance === undefined) return undefined
  const { memory, run } = instance
  const bytes = new Uint8Array(memory)
  const words = new Int32Array(memory, 0, TEXT / 4)
  fillTables(bytes, new Float64Array(memory, POWERS, 2 * 32))
  let length = 0
  return {
    load(text, at, end) {
      length = end - at
      bytes.set(at === 0 && end === text.length ? text : text.subarray(at, end), TEXT)
      // What stood there before must not be taken for commas.
      bytes.fill(0, TEXT + length, TEXT + length + BLOCK)
    },
    read(at, limit) {
      words[ARGUMENTS.from / 4] = TEXT + at
      words[ARGUMENTS.until / 4] = TEXT + length
      words[ARGUMENTS.limit / 4] = limit
      run()
      return words[ARGUMENTS.count / 4]!
    },
    get next() {
      return words[ARGUMENTS.from / 4]! - TEXT
    },
    numbers: new Float64Array(memory, NUMBERS, KERNEL_TEXT),
  }
}

function fillTables(bytes: Uint8Array, powers: Float64Array): void {
  for (let dot = 0; dot <= WIDTH; dot++) {
    // What stands before the point moves up to what stands after it.
    for (let to = 0; to < WIDTH; to++) bytes[SHUFFLES + dot * WIDTH + to] = dot === WIDTH || to > dot ? to : to === 0 ? 128 : to - 1
    const power = dot === WIDTH ? 1 : Number(`1e${WIDTH - 1 - dot}`)
    powers[dot] = power
    powers[32 + dot] = -power
  }
  bytes.fill(255, TOKEN_MASKS + WIDTH, TOKEN_MASKS + 2 * WIDTH)
  const view = new DataView(bytes.buffer)
  for (let dot = 0; dot <= 2 * WIDTH; dot++) {
    const scale = dot === 2 * WIDTH ? 0 : 2 * WIDTH - 1 - dot
    // Powers that a double does not hold exactly make no number.
    view.setFloat64(LONG_POWERS + dot * 8, scale <= 22 ? Number(`1e${scale}`) : Number.NaN, true)
  }
  view.setFloat64(SIGNS, 1, true)
  view.setFloat64(SIGNS + 8, -1, true)
  bytes.fill(255, LONG_MASKS + 2 * WIDTH + 1, CONSTANTS)
  bytes.fill(255, CONSTANTS + 4 * WIDTH, CONSTANTS + 5 * WIDTH - 2)
  for (let i = 0; i < WIDTH; i++) {
    // In the last place there must be a digit.
    bytes[CONSTANTS + i] = i === WIDTH - 1 ? ZERO : DOT
    bytes[CONSTANTS + WIDTH + i] = i % 2 === 0 ? 10 : 1
    if (i >= 8) continue
    view.setInt16(CONSTANTS + 2 * WIDTH + i * 2, i % 2 === 0 ? 100 : 1, true)
    view.setInt16(CONSTANTS + 3 * WIDTH + i * 2, i % 2 === 0 ? 10_000 : 1, true)
  }
}
