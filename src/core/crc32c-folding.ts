import { Code } from './wasm/code.ts'
import { compile } from './wasm/engine.ts'
import { encodeModule } from './wasm/module.ts'

/**
 * x^209 + x^144 + x^54 + x^39 + x^14 + 1 is a multiple of the polynomial of CRC-32C, and so is the same with 32 times these exponents (its
 * 32nd power, modulo 2). What stands somewhere thus counts as much as the same at these distances, in bytes, further on: whatever is more
 * than the last of them before the end can be taken away from the front, with nothing but exclusive ors (Russell 2024, "Chorba").
 */
const DISTANCES = [65, 155, 170, 195, 209].map((words) => words * 4)
const REACH = DISTANCES.at(-1)!
const VECTOR = 16
/** Less than the least distance, so that what one step reads is there before it. */
const STEP = 64
const CHUNK = 1 << 16
/** The bytes that a remainder may reach over: `REACH` rounded up to steps. */
const REST = Math.ceil(REACH / STEP) * STEP

/** Where the module's memory has what: its arguments, what was folded last, a chunk of the input, and the end of the input. */
const CHUNK_AT = Math.ceil((16 + REACH) / STEP) * STEP
const FOLDED_AT = CHUNK_AT - REACH
const REST_AT = CHUNK_AT + CHUNK
const ARGUMENTS = { from: 0, until: 4, into: 8 } as const

/** What is left of an input: bytes whose checksum, begun with 0, is the one of the input. Valid until the next call. */
export interface Folded {
  readonly bytes: Uint8Array
  readonly at: number
  readonly end: number
}

/** Folds `bytes[at, end)`, of which there must be 2 KB or more, with a checksum that begins with -1 as that of CRC-32C does. */
export type Fold = (bytes: Uint8Array, at: number, end: number) => Folded

/** Makes the function that folds; undefined where this machine's engine lacks the instructions, or memory. */
export function createFold(): Fold | undefined {
  const instance = compile(encodeModule(foldCode()))?.instantiate(REST_AT + 2 * REST)
  if (instance === undefined) return undefined
  const memory = new Uint8Array(instance.memory)
  const parameters = new Int32Array(instance.memory, 0, 4)

  function run(into: number, length: number): void {
    parameters[ARGUMENTS.from / 4] = FOLDED_AT
    parameters[ARGUMENTS.until / 4] = FOLDED_AT + length
    parameters[ARGUMENTS.into / 4] = into
    instance!.run()
  }

  return (bytes, at, end) => {
    memory.fill(0, FOLDED_AT, CHUNK_AT)
    for (let isFirst = true; end - at >= REACH + STEP; isFirst = false) {
      const length = Math.min(CHUNK, end - at - REACH) & -STEP
      memory.set(bytes.subarray(at, at + length), CHUNK_AT)
      // A checksum that begins with -1 is one that begins with 0, of the same bytes with the first four turned over.
      if (isFirst) for (let i = CHUNK_AT; i < CHUNK_AT + 4; i++) memory[i] = ~memory[i]!
      run(CHUNK_AT, length)
      memory.copyWithin(FOLDED_AT, FOLDED_AT + length, CHUNK_AT + length)
      at += length
    }
    memory.fill(0, CHUNK_AT, CHUNK_AT + REST)
    memory.set(bytes.subarray(at, end), REST_AT)
    run(REST_AT, REST)
    return { bytes: memory, at: REST_AT, end: REST_AT + (end - at) }
  }
}

/** To each vector from `into` on adds those at the distances before the same place of what is folded, which begins `REACH` before. */
function foldCode(): Code {
  const code = new Code()
  const [from, until, into] = [code.local('i32'), code.local('i32'), code.local('i32')]
  for (const [name, local] of Object.entries({ from, until, into })) {
    code
      .i32(ARGUMENTS[name as keyof typeof ARGUMENTS])
      .access('i32.load')
      .set(local)
  }
  code.repeatWhile(() => {
    for (let at = 0; at < STEP; at += VECTOR) {
      code.get(into).get(into).access('v128.load', at)
      for (const distance of DISTANCES) {
        code
          .get(from)
          .access('v128.load', at + REACH - distance)
          .op('v128.xor')
      }
      code.access('v128.store', at)
    }
    code.advance(into, STEP).advance(from, STEP)
    code.get(from).get(until).op('i32.lt_u')
  })
  return code
}
