import { type LibraryFunction, plain } from './library-function.ts'
import { bounds } from './subsequence.ts'
import { ENCODINGS, type Encoding } from './text/encodings.ts'

function tester([name, encoding]: readonly [string, Encoding]): LibraryFunction {
  return {
    name: `bytes.is${name}`,
    signatures: ['(x: bytes) -> boolean', '(x: string) -> boolean'],
    build: (site) =>
      site.signature === 0 ? (x: Uint8Array) => encoding.decode(x) !== undefined : (x: string) => encoding.encode(x) !== undefined,
  }
}

function decoder([name, encoding]: readonly [string, Encoding], index: number): LibraryFunction {
  const code = 16090 + 10 * index
  return {
    name: `bytes.decode${name}`,
    signatures: ['(x: bytes) -> string'],
    errors: { [code]: 'invalid bytes' },
    build: (site) => (x: Uint8Array) => encoding.decode(x) ?? site.fail(code),
  }
}

function encoder([name, encoding]: readonly [string, Encoding], index: number): LibraryFunction {
  const code = 16150 + 10 * index
  return {
    name: `bytes.encode${name}`,
    signatures: ['(s: string) -> bytes'],
    errors: { [code]: 'invalid string' },
    build: (site) => (s: string) => encoding.encode(s) ?? site.fail(code),
  }
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** The bytes of base64 text, padded or not; undefined where it is something else. */
function fromBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/=+$/, '')
  if (!BASE64.test(text) || digits.length % 4 === 1) return undefined
  return new Uint8Array(Buffer.from(text, 'base64'))
}

/** PFA 0.8.1, Bytes library (`bytes.*`). */
export const BYTES: readonly LibraryFunction[] = [
  { name: 'bytes.len', signatures: ['(x: bytes) -> int'], build: plain((x: Uint8Array) => x.length) },
  {
    name: 'bytes.subseq',
    signatures: ['(x: bytes, start: int, end: int) -> bytes'],
    build: plain((x: Uint8Array, start: number, end: number) => x.slice(...bounds(x.length, start, end))),
  },
  {
    name: 'bytes.subseqto',
    signatures: ['(x: bytes, start: int, end: int, replacement: bytes) -> bytes'],
    build: (site) => (x: Uint8Array, start: number, end: number, replacement: Uint8Array) => {
      const [from, to] = bounds(x.length, start, end)
      site.engine.checkSize(x.length + replacement.length)
      const out = new Uint8Array(from + replacement.length + x.length - to)
      out.set(x.subarray(0, from))
      out.set(replacement, from)
      out.set(x.subarray(to), from + replacement.length)
      return out
    },
  },
  ...ENCODINGS.map(tester),
  ...ENCODINGS.map(decoder),
  ...ENCODINGS.map(encoder),
  {
    name: 'bytes.toBase64',
    signatures: ['(x: bytes) -> string'],
    build: plain((x: Uint8Array) => Buffer.from(x.buffer, x.byteOffset, x.length).toString('base64')),
  },
  {
    name: 'bytes.fromBase64',
    signatures: ['(s: string) -> bytes'],
    errors: { 16220: 'invalid base64' },
    build: (site) => (s: string) => fromBase64(s) ?? site.fail(16220),
  },
]
