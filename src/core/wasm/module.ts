import { type Code, unsignedLeb, VALUE_TYPES } from './code.ts'

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

/**
 * The bytes of a WebAssembly module with one function, exported as `run`, that takes and gives nothing and works on the memory
 * imported as `sluice.memory` (core specification, section 5.5).
 */
export function encodeModule(code: Code): Uint8Array<ArrayBuffer> {
  const locals = code.locals.flatMap((type) => [1, VALUE_TYPES[type]])
  const body = [...unsignedLeb(code.locals.length), ...locals, ...code.bytes, 0x0b]
  return Uint8Array.from([
    ...MAGIC_AND_VERSION,
    ...section(1, [1, 0x60, 0, 0]),
    ...section(2, [1, ...name('sluice'), ...name('memory'), 0x02, 0x00, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('run'), 0x00, 0]),
    ...section(10, [1, ...unsignedLeb(body.length), ...body]),
  ])
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsignedLeb(content.length), ...content]
}

function name(text: string): number[] {
  const bytes = new TextEncoder().encode(text)
  return [...unsignedLeb(bytes.length), ...bytes]
}
