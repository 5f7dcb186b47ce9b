import type { EnumType } from '../types/type.ts'
import { type LibraryFunction, plain } from './library-function.ts'

/** PFA 0.8.1, Enumeration library (`enum.*`) and Fixed-width library (`fixed.*`). */
export const ENUM_FIXED: readonly LibraryFunction[] = [
  { name: 'enum.toString', signatures: ['(x: enum A) -> string'], build: plain((x: string) => x) },
  {
    name: 'enum.toInt',
    signatures: ['(x: enum A) -> int'],
    build(site) {
      const places = new Map((site.params[0] as EnumType).symbols.map((symbol, place) => [symbol, place]))
      return (x: string) => places.get(x)
    },
  },
  {
    name: 'enum.numSymbols',
    signatures: ['(x: enum A) -> int'],
    build(site) {
      const count = (site.params[0] as EnumType).symbols.length
      return () => count
    },
  },
  { name: 'fixed.toBytes', signatures: ['(x: fixed A) -> bytes'], build: plain((x: Uint8Array) => x) },
  {
    name: 'fixed.fromBytes',
    signatures: ['(original: fixed A, replacement: bytes) -> A'],
    build: plain((original: Uint8Array, replacement: Uint8Array) => {
      const out = original.slice()
      out.set(replacement.subarray(0, original.length))
      return out
    }),
  },
]
