import { Dictionary } from '../../../core/dictionary.ts'
import { CELL, type Field } from '../../../core/frame.ts'
import type { Assembly } from '../assembly/assembly.ts'
import { cellOperand, type Operand } from '../assembly/operand.ts'
import { DATA_TYPES, isWrittenAsText } from '../values/data-type.ts'
import { UNKNOWN_TEXT } from '../values/text-pool.ts'
import type { DataField } from './data-field.ts'
import type { MiningField } from './mining-field.ts'
import { compileTreatment, isPlain, type Treatment } from './treatment.ts'

/** How a cell of a frame becomes a cell of the model, from the cheapest. */
export const COPY = { asIs: 0, asFloat: 1, treated: 2 } as const

/** A field that comes with records. */
export interface Input {
  readonly data: DataField
  readonly mining: MiningField
  readonly operand: Operand
  /** A `COPY`: what to do with a finite number. Anything else goes through `read`. */
  readonly copy: number
  readonly treatment: Treatment
  /** The model's value for a cell of the frame; `treatment.problem` says whether it can be taken. */
  read(value: number, state: number): number
  /** The frame's column for it. Called once, when all that the document does with the field is known. */
  field(): Field
  /** Forgets the codes of texts that came with records. */
  forget(): void
}

/** A field of the model's MiningSchema, whose value is to stand in this cell. */
export function createInput(data: DataField, mining: MiningField, context: { assembly: Assembly; slot: number }): Input {
  const { assembly, slot } = context
  const treatment = compileTreatment(mining, data, { assembly, strict: true })
  const required = mining.missingValueReplacement === undefined
  if (!isWrittenAsText(data.dataType)) {
    const float = data.dataType === 'float'
    return {
      data,
      mining,
      treatment,
      operand: cellOperand(data.dataType, slot, { values: data.values }),
      copy: isPlain(mining, data) ? (float ? COPY.asFloat : COPY.asIs) : COPY.treated,
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
  let declared = 0
  const parse = isText ? (text: string) => assembly.pool.code(text) : DATA_TYPES[data.dataType].parse
  const cellOf = (code: number): number => {
    for (let next = codes.length; next <= code; next++) codes.push(parse(dictionary.text(next)))
    return codes[code]!
  }
  return {
    data,
    mining,
    treatment,
    copy: COPY.treated,
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
    },
  }
}
