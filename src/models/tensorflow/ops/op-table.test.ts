import { describe, expect, it } from 'vitest'
import { CONTROL_FLOW_OPS } from '../graph/control-flow.ts'
import { OP_GROUPS, OPS } from './index.ts'

describe('the table of ops', () => {
  const names = Object.values(OP_GROUPS).flatMap((group) => Object.keys(group))

  it('has every op once', () => {
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
    expect(Object.keys(OPS).sort()).toEqual([...names].sort())
    expect(names.filter((name) => CONTROL_FLOW_OPS.includes(name))).toEqual([])
  })

  it('has names as TensorFlow writes them, a conversion for each, and notes that fit a table', () => {
    for (const [name, { convert, note }] of Object.entries(OPS)) {
      expect(name).toMatch(/^_?[A-Z][A-Za-z0-9]+$/)
      expect(convert).toBeTypeOf('function')
      expect(note ?? 'a note').toMatch(/^[^|\n]{3,100}$/)
    }
  })

  it('knows no op that only looks like one', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'relu', '']) expect(OPS[name]).toBeUndefined()
  })
})
