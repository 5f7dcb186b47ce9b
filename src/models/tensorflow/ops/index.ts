import { ACTIVATIONS } from './activations.ts'
import { ARITHMETIC } from './arithmetic.ts'
import { MATRICES } from './matrices.ts'
import type { OpTable } from './op-table.ts'
import { REDUCTIONS } from './reductions.ts'
import { SHAPES } from './shapes.ts'
import { STRUCTURE } from './structure.ts'

/** The ops that can be converted, by what they are for: docs/formats.md lists them from here. */
export const OP_GROUPS: Readonly<Record<string, OpTable>> = {
  'constants, variables and inputs': STRUCTURE,
  'arithmetic, comparison and logic': ARITHMETIC,
  activations: ACTIVATIONS,
  matrices: MATRICES,
  reductions: REDUCTIONS,
  'shapes, slices and joins': SHAPES,
}

/** All ops that can be converted, by name. */
export const OPS: OpTable = Object.assign(Object.create(null) as object, ...Object.values(OP_GROUPS)) as OpTable
