import type { DataField, OpType } from '../fields/data-field.ts'
import { type DataType, DATA_TYPES, familyOf } from '../values/data-type.ts'
import type { Assembly } from './assembly.ts'
import { literalCell } from './convert.ts'

/** Where in a row's cells a model leaves its result. NaN is a missing result. */
export type Prediction = NumberPrediction | ClassPrediction | TextPrediction

/** A result that is neither a number nor one of some classes: an instance, a list of rules. */
export interface TextPrediction {
  readonly kind: 'text'
  /** The cell with the text's code. */
  readonly value: number
}

export interface NumberPrediction {
  readonly kind: 'number'
  readonly value: number
  readonly type: DataType
  /** The cell with the text code of the winning entity (a tree's node), where there is one. */
  readonly entity?: number
}

export interface ClassPrediction {
  readonly kind: 'class'
  /** The cell with the index of the predicted class. */
  readonly winner: number
  readonly classes: Classes
  /** The first of as many cells as there are classes. */
  readonly probabilities: number
  /** As `probabilities`, where the model tells confidences apart from them. */
  readonly confidences?: number
  readonly entity?: number
  /** True where the cells of `probabilities` only say which class it is: 1 for that one, 0 for the others. */
  readonly withoutProbabilities?: true
}

/** The classes that a model may predict, in order: those that the target declares, then those that only the model mentions. */
export interface Classes {
  readonly type: DataType
  readonly texts: readonly string[]
  /** Per class: how it stands in a cell of the target's type. */
  readonly cells: Float64Array
  indexOf(text: string): number
}

/** The field that a model predicts. */
export interface TargetField {
  readonly name: string
  readonly type: DataType
  readonly opType: OpType
  readonly values: readonly string[]
  readonly displayValues: Readonly<Record<string, string>>
}

export function targetOf(field: DataField): TargetField {
  return { name: field.name, type: field.dataType, opType: field.opType, values: field.values, displayValues: field.displayValues }
}

/** The classes of a target, where the model itself mentions these. Two spellings of a number or of a truth value are one class. */
export function createClasses(target: TargetField | undefined, mentioned: Iterable<string>, assembly: Assembly): Classes {
  const type = target?.type ?? 'string'
  const index = new Map<string, number>()
  const texts: string[] = []
  for (const list of [target?.values ?? [], mentioned]) {
    for (const text of list) {
      const key = keyOf(text, type)
      if (index.has(key)) continue
      index.set(key, texts.length)
      texts.push(text)
    }
  }
  return {
    type,
    texts,
    cells: Float64Array.from(texts, (text) => literalCell(text, type, assembly)),
    indexOf: (text) => index.get(keyOf(text, type)) ?? -1,
  }
}

function keyOf(text: string, type: DataType): string {
  if (familyOf(type) === 'text') return text
  const value = DATA_TYPES[type].parse(text)
  return Number.isNaN(value) ? text : String(value)
}

/** Cells for a class prediction of these classes. */
export function takeClassPrediction(classes: Classes, assembly: Assembly): ClassPrediction {
  return { kind: 'class', classes, winner: assembly.takeResult(), probabilities: assembly.takeResult(classes.texts.length) }
}

/** The index of the largest of some cells that stand together, the first of equals; NaN where none is a number. */
export function largest(cells: Float64Array, first: number, count: number): number {
  let best = NaN
  let most = -Infinity
  for (let i = 0; i < count; i++) {
    const value = cells[first + i]!
    if (value > most || (value === most && Number.isNaN(best))) {
      most = value
      best = i
    }
  }
  return best
}
