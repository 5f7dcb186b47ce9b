import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseSignature } from '../types/pattern.ts'
import { libraryFunction } from './index.ts'

interface StandardFunction {
  readonly name: string
  readonly signatures: readonly { readonly text: string }[]
  readonly errors: Readonly<Record<string, string>>
}

const shared = process.env['SLUICE_SHARED'] ?? join(import.meta.dirname, '../../../../../shared')
const file = join(process.env['SLUICE_CONFORMANCE'] ?? join(shared, 'conformance'), 'pfa', 'functions.json')
const present = existsSync(file)
if (!present) console.warn(`not run: the functions of the PFA standard, because ${file} is not there (set SLUICE_SHARED)`)

/** Codes that the reference raises and the standard's list of functions lacks. */
const UNLISTED: Readonly<Record<string, readonly number[]>> = { 'm.special.lnGamma': [36050] }

describe.skipIf(!present)('the library has the functions of PFA 0.8.1', () => {
  const functions = present ? (JSON.parse(readFileSync(file, 'utf8')) as { functions: StandardFunction[] }).functions : []

  it('all 449 of them', () => {
    expect(functions).toHaveLength(449)
    expect(functions.map(({ name }) => name).filter((name) => libraryFunction(name) === undefined)).toEqual([])
  })

  it('with their signatures, in their order', () => {
    for (const { name, signatures } of functions) {
      expect([name, libraryFunction(name)!.signatures]).toEqual([name, signatures.map(({ text }) => text)])
    }
  })

  it('and can read each of those signatures', () => {
    for (const { name } of functions)
      for (const text of libraryFunction(name)!.signatures) expect(parseSignature(text).params).toBeDefined()
  })

  it('with their error codes, and messages that are in the words of the standard', () => {
    for (const { name, errors } of functions) {
      const own = libraryFunction(name)!.errors ?? {}
      const codes = [...Object.keys(errors).map(Number), ...(UNLISTED[name] ?? [])]
      expect([name, Object.keys(own).map(Number)]).toEqual([name, codes.toSorted((x, y) => x - y)])
      for (const [code, text] of Object.entries(errors)) expect([name, text]).toEqual([name, expect.stringContaining(own[Number(code)]!)])
    }
  })
})

describe('the library', () => {
  it('has nothing under a name that is not in the standard', () => {
    for (const name of ['a.nothing', 'toString', '__proto__', 'u.f', '']) expect(libraryFunction(name)).toBeUndefined()
  })
})
