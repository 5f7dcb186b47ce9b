import { ACTIVATIONS } from './activations.ts'
import { ARITHMETIC } from './arithmetic.ts'
import { CONVOLUTIONS } from './convolutions.ts'
import { LISTS } from './lists.ts'
import { LOOKUPS } from './lookups.ts'
import { MATRICES } from './matrices.ts'
import { NORMALISATIONS } from './normalisations.ts'
import type { OpTable } from './op-table.ts'
import { PICTURES } from './pictures.ts'
import { RAGGED } from './ragged.ts'
import { REDUCTIONS } from './reductions.ts'
import { SHAPES } from './shapes.ts'
import { STRUCTURE } from './structure.ts'
import { TEXTS } from './texts.ts'

/** The ops that can be converted, by what they are for: docs/formats.md lists them from here. */
export const OP_GROUPS: Readonly<Record<string, OpTable>> = {
  'constants, variables and inputs': STRUCTURE,
  'arithmetic, comparison and logic': ARITHMETIC,
  activations: ACTIVATIONS,
  matrices: MATRICES,
  'convolutions and pooling': CONVOLUTIONS,
  pictures: PICTURES,
  normalisation: NORMALISATIONS,
  reductions: REDUCTIONS,
  'shapes, slices and joins': SHAPES,
  'embeddings, encodings and lookup tables': LOOKUPS,
  'rows of different lengths, and sparse tensors': RAGGED,
  texts: TEXTS,
  'lists of loops': LISTS,
}

/** All ops that can be converted, by name. */
export const OPS: OpTable = Object.assign(Object.create(null) as object, ...Object.values(OP_GROUPS)) as OpTable
