import { Dictionary } from '../../../core/dictionary.ts'
import type { OutputField as ScoreField } from '../../../core/scores.ts'
import type { Assembly } from '../assembly/assembly.ts'
import type { CompiledModel, NamedOutput } from '../assembly/model-compiler.ts'
import { cellOperand, type Evaluate } from '../assembly/operand.ts'
import { familyOf } from '../values/data-type.ts'
import { LIMITS } from '../limits.ts'

/** A column of the scores, and how it is read from a row's cells. */
export interface OutputColumn {
  readonly field: ScoreField
  readonly read: Evaluate
  /** The cell that it is, where there is one. */
  readonly cell?: number
  /** Forgets the codes of texts that came with records. */
  forget(): void
}

/**
 * The columns of a document's model: what it predicts, the probability of each class in the target's order, then its output fields by
 * name. Of two with one name the first stays.
 */
export function outputColumns(model: CompiledModel, assembly: Assembly): readonly OutputColumn[] {
  const columns = [
    predicted(model, assembly),
    ...probabilities(model),
    ...model.finalOutputs.map((output) => outputColumn(output, assembly)),
  ]
  const names = new Set<string>()
  return columns.filter(({ field: { name } }) => !names.has(name) && names.add(name))
}

function predicted({ prediction, target }: CompiledModel, assembly: Assembly): OutputColumn {
  const name = target?.name ?? 'predictedValue'
  if (prediction.kind === 'text') return outputColumn({ name, operand: cellOperand('string', prediction.value) }, assembly)
  const cell = prediction.kind === 'number' ? prediction.value : prediction.winner
  return {
    field:
      prediction.kind === 'number'
        ? { name, type: 'number' }
        : { name, type: 'label', dictionary: new Dictionary(prediction.classes.texts) },
    cell,
    read: (cells, at) => cells[at + cell]!,
    forget: () => {},
  }
}

function probabilities({ prediction }: CompiledModel): readonly OutputColumn[] {
  if (prediction.kind !== 'class' || prediction.withoutProbabilities === true) return []
  return prediction.classes.texts.map((text, i) => ({
    field: { name: `probability(${text})`, type: 'number' },
    cell: prediction.probabilities + i,
    read: (cells, at) => cells[at + prediction.probabilities + i]!,
    forget: () => {},
  }))
}

function outputColumn({ name, operand }: NamedOutput, assembly: Assembly): OutputColumn {
  const { run } = operand
  const cell = operand.slot === undefined ? {} : { cell: operand.slot }
  if (familyOf(operand.type) !== 'text') return { field: { name, type: 'number' }, read: run, forget: () => {}, ...cell }
  operand.source?.open()
  const dictionary = new Dictionary()
  /** Per text of the pool: its code here, or -1 where it is not known yet. */
  let codes = new Int32Array(0)
  return {
    field: { name, type: 'label', dictionary },
    forget: () => void codes.fill(-1),
    read: (cells, at) => {
      const text = run(cells, at)
      if (!(text >= 0)) return -1
      if (text < codes.length && codes[text]! >= 0) return codes[text]!
      const written = assembly.pool.text(text)
      const code = dictionary.size < LIMITS.dynamicTexts ? dictionary.add(written) : dictionary.code(written)
      if (text >= codes.length) {
        const known = codes
        codes = new Int32Array(Math.max(16, text * 2)).fill(-1)
        codes.set(known)
      }
      codes[text] = code
      return code
    },
  }
}
