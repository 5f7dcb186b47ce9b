import { Dictionary } from '../../../core/dictionary.ts'
import { CELL, type Field } from '../../../core/frame.ts'
import type { Assembly } from '../assembly/assembly.ts'
import { cellOperand, type Operand } from '../assembly/operand.ts'
import { DATA_TYPES, isWrittenAsText } from '../values/data-type.ts'
import { UNKNOWN_TEXT } from '../values/text-pool.ts'
import type { DataField } from './data-field.ts'
import type { MiningField } from './mining-field.ts'
import { type Shortcut, shortcutOf } from './shortcut.ts'
import { compileTreatment, type Treatment } from './treatment.ts'

/** A field that comes with records. */
export interface Input {
  readonly data: DataField
  readonly mining: MiningField
  readonly operand: Operand
  /** What is taken without a call of `read`: numbers, or for texts the cells of codes, NaN where `read` must be asked. */
  readonly shortcut: Shortcut | CellTable
  readonly treatment: Treatment
  /** The model's value for a cell of the frame; `treatment.problem` says whether it can be taken. */
  read(value: number, state: number): number
  /** Where it is there, it is called instead of `read`, with the whole record: for values that no cell of a frame can hold. */
  readRecord?(record: unknown): number
  /** The frame's column for it. Called once, when all that the document does with the field is known. */
  field(): Field
  /** Forgets the codes of texts that came with records. */
  forget(): void
}

/** Per code of a dictionary: the model's cell. Grows with the dictionary. */
export interface CellTable {
  cells: Float64Array
}

/** A field of the model's MiningSchema, whose value is to stand in this cell. */
export function createInput(data: DataField, mining: MiningField, context: { assembly: Assembly; slot: number }): Input {
  const { assembly, slot } = context
  const treatment = compileTreatment(mining, data, { assembly, strict: true })
  const required = mining.missingValueReplacement === undefined && mining.usage === 'active'
  if (!isWrittenAsText(data.dataType)) {
    const float = data.dataType === 'float'
    return {
      data,
      mining,
      treatment,
      operand: cellOperand(data.dataType, slot, { values: data.values }),
      shortcut: shortcutOf(mining, data),
      read: float ? (value, state) => treatment.apply(Math.fround(value), state) : (value, state) => treatment.apply(value, state),
      field: () => ({ name: data.name, type: 'number', required }),
      forget: () => {},
    }
  }
  return createTextInput(data, mining, { assembly, slot, treatment, required })
}

function createTextInput(
  data: DataField,
  mining: MiningField,
  context: { assembly: Assembly; slot: number; treatment: Treatment; required: boolean },
): Input {
  const { assembly, slot, treatment, required } = context
  const isText = data.dataType === 'string'
  const dictionary = new Dictionary([...data.values, ...data.missingValues, ...data.invalidValues])
  const mentioned = new Set<string>()
  let open = !isText
  const codes: number[] = []
  const shortcut: CellTable = { cells: new Float64Array(0) }
  let declared = 0
  const parse = isText ? (text: string) => assembly.pool.code(text) : DATA_TYPES[data.dataType].parse
  const cellOf = (code: number): number => {
    const before = codes.length
    for (let next = before; next <= code; next++) codes.push(parse(dictionary.text(next)))
    if (codes.length > shortcut.cells.length) {
      const room = new Float64Array(Math.max(16, codes.length * 2)).fill(NaN)
      room.set(shortcut.cells)
      shortcut.cells = room
    }
    for (let next = before; next < codes.length; next++) {
      const cell = treatment.apply(codes[next]!, CELL.present)
      shortcut.cells[next] = treatment.problem === undefined ? cell : NaN
    }
    return codes[code]!
  }
  return {
    data,
    mining,
    treatment,
    shortcut,
    operand: cellOperand(data.dataType, slot, {
      values: data.values,
      ...(isText && {
        source: {
          mention: (text) => void mentioned.add(text),
          open: () => {
            open = true
          },
        },
      }),
    }),
    read: (value, state) => {
      if (state !== CELL.present) return treatment.apply(value, state)
      const cell = value >= 0 ? cellOf(value) : isText ? UNKNOWN_TEXT : NaN
      return Number.isNaN(cell) ? treatment.apply(NaN, CELL.invalid) : treatment.apply(cell, CELL.present)
    },
    field: () => {
      for (const text of mentioned) dictionary.add(text)
      if (dictionary.size > 0) cellOf(dictionary.size - 1)
      declared = dictionary.size
      return { name: data.name, type: 'category', dictionary, required, ...(open && { open }) }
    },
    forget: () => {
      codes.length = Math.min(codes.length, declared)
      shortcut.cells.fill(NaN, codes.length)
    },
  }
}
