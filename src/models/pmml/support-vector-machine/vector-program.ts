import { Code } from '../../../core/wasm/code.ts'
import { compile, type Program } from '../../../core/wasm/engine.ts'
import { encodeModule } from '../../../core/wasm/module.ts'

/** Vectors that stand side by side, two in a register: so many that additions need not wait for the ones before them. */
export const GROUP = 16
const REGISTERS = GROUP / 2
const GROUP_BYTES = GROUP * 8

/** Where the program is told what to do, as i32s: addresses and lengths in bytes. */
export const HEADER = { rows: 0, rowsEnd: 4, rowBytes: 8, groups: 12, groupsEnd: 16, results: 20, resultBytes: 24 } as const
export const HEADER_BYTES = 32

const programs = new Map<boolean, Program | undefined>()

/**
 * The compiled module that compares rows with groups of vectors, whose values stand together field by field; undefined where this
 * machine lacks vector instructions. Every result is summed in the order of the fields, so it has the bits that a plain loop gives.
 */
export function vectorProgram(distances: boolean): Program | undefined {
  if (!programs.has(distances)) programs.set(distances, compile(encodeModule(encode(distances))))
  return programs.get(distances)
}

function encode(distances: boolean): Code {
  const code = new Code()
  const [row, rowEnd, groups, group, result] = ['row', 'rowEnd', 'groups', 'group', 'result'].map(() => code.local('i32'))
  const [field, x, difference] = [code.local('i32'), code.local('v128'), code.local('v128')]
  const totals = Array.from({ length: REGISTERS }, () => code.local('v128'))
  const header = (name: keyof typeof HEADER): Code => code.i32(0).access('i32.load', HEADER[name])
  const add = (term: (offset: number) => void): void => {
    for (const [i, total] of totals.entries()) {
      term(i * 16)
      code.get(total).op('f64x2.add').set(total)
    }
  }
  const value = (offset: number): Code => code.get(group!).access('v128.load', offset)
  const square = (): Code => code.tee(difference).get(difference).op('f64x2.mul')
  const addField = (): void => {
    if (!distances) {
      code.load('v128.load64_splat', field, 0, x)
      return add((offset) => value(offset).get(x).op('f64x2.mul'))
    }
    code.get(field).access('f64.load').f64(0).op('f64.ne')
    code.when(
      () => {
        code.load('v128.load64_splat', field, 0, x)
        add((offset) => {
          code.get(x)
          value(offset).op('f64x2.sub')
          square()
        })
      },
      // The square of a difference from zero is that of the value.
      () => {
        add((offset) => {
          value(offset)
          square()
        })
      },
    )
  }
  header('rows').set(row!)
  header('results').set(groups!)
  code.repeatWhile(() => {
    code.get(row!)
    header('rowBytes').op('i32.add').set(rowEnd!)
    header('groups').set(group!)
    code.get(groups!).set(result!)
    code.repeatWhile(() => {
      for (const total of totals) code.f64(0).op('f64x2.splat').set(total)
      code.get(row!).set(field)
      code.repeatWhile(() => {
        addField()
        code.advance(group!, GROUP_BYTES)
        code.advance(field, 8)
        code.get(field).get(rowEnd!).op('i32.lt_u')
      })
      for (const [i, total] of totals.entries())
        code
          .get(result!)
          .get(total)
          .access('v128.store', i * 16)
      code.advance(result!, GROUP_BYTES)
      code.get(group!)
      header('groupsEnd').op('i32.lt_u')
    })
    code.get(groups!)
    header('resultBytes').op('i32.add').set(groups!)
    code.get(rowEnd!).tee(row!)
    header('rowsEnd').op('i32.lt_u')
  })
  return code
}
