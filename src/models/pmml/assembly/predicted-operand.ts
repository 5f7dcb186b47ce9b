import type { Assembly } from './assembly.ts'
import { cast } from './convert.ts'
import { cellOperand, type Operand } from './operand.ts'
import type { Prediction, TargetField } from './prediction.ts'

/** A model's predicted value as a field that others can use. */
export function predictedOperand(prediction: Prediction, target: TargetField | undefined, assembly: Assembly): Operand {
  if (prediction.kind === 'number') return cellOperand(prediction.type, prediction.value)
  if (prediction.kind === 'text') return cellOperand('string', prediction.value)
  const { winner, classes } = prediction
  const operand: Operand = {
    type: classes.type,
    values: classes.texts,
    run: (cells, at) => {
      const index = cells[at + winner]!
      return Number.isNaN(index) ? NaN : classes.cells[index]!
    },
  }
  return cast(operand, target?.type, assembly)
}
