import { SluiceError } from '../../../core/errors.ts'
import { comparedLiteral } from '../assembly/convert.ts'
import type { Evaluator, ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { cellOperand, type Evaluate } from '../assembly/operand.ts'
import { type Classes, createClasses, largest, takeClassPrediction } from '../assembly/prediction.ts'
import { numeric } from '../expressions/compile-expression.ts'
import { compileKernels } from './kernel.ts'
import type { Machine, SupportVectorMachinePlan, VectorField } from './support-vector-machine-plan.ts'

/** Puts a SupportVectorMachineModel together. A missing field makes the result missing. */
export function compileSupportVectorMachine(plan: SupportVectorMachinePlan, context: ModelContext): ModelBody {
  const decide = compileSums(plan, context)
  return plan.head.functionName === 'regression' ? regression(plan, context, decide) : classification(plan, context, decide)
}

interface Decision {
  /** The most rows that are decided at a time. */
  readonly most: number
  /** Per row and machine. */
  readonly sums: Float64Array
  /** Takes a row, as the one of this number. */
  readonly read: (cells: Float64Array, at: number, row: number) => void
  /** Sums up as many rows as were read. */
  readonly run: (rows: number) => void
}

function compileSums(plan: SupportVectorMachinePlan, context: ModelContext): Decision {
  const { vectors, machines } = plan
  const readers = plan.fields.map((field) => compileField(field, context))
  const size = readers.length
  const numbers = Int32Array.from(new Set(machines.flatMap((machine) => [...machine.supports])))
  const { most, rows, alike, stride, run } = compileKernels(plan.kernel, vectors, { numbers, size })
  const places = new Map([...numbers].map((number, place) => [number, place]))
  const placed = machines.map((machine) => ({ ...machine, supports: Int32Array.from(machine.supports, (number) => places.get(number)!) }))
  const sums = new Float64Array(most * machines.length)
  return {
    most,
    sums,
    read: (cells, at, row) => {
      for (let i = 0, into = row * size; i < size; i++, into++) rows[into] = readers[i]!(cells, at)
    },
    run: (count) => {
      run(count)
      for (let row = 0, next = 0; row < count; row++) {
        for (let m = 0; m < placed.length; m++) {
          const machine = placed[m]!
          sums[next++] = machine.supports.length > 0 ? weighted(machine, alike, row * stride) : plain(machine, rows, row * size)
        }
      }
    },
  }
}

function weighted({ supports, coefficients, intercept }: Machine, alike: Float64Array, at: number): number {
  let sum = 0
  for (let i = 0; i < coefficients.length; i++) sum += coefficients[i]! * alike[at + supports[i]!]!
  return sum + intercept
}

function plain({ coefficients, intercept }: Machine, rows: Float64Array, at: number): number {
  let sum = 0
  for (let i = 0; i < coefficients.length; i++) sum += coefficients[i]! * rows[at + i]!
  return sum + intercept
}

/** Decides rows a few at a time, and writes the result of each, whose sums begin at a place. */
function deciding(
  { most, read, run }: Decision,
  machines: number,
  write: (cells: Float64Array, at: number, sum: number) => void,
): Evaluator {
  return {
    row: (cells, at) => {
      read(cells, at, 0)
      run(1)
      write(cells, at, 0)
    },
    block: (cells, stride, rows) => {
      for (let from = 0; from < rows; from += most) {
        const count = Math.min(most, rows - from)
        for (let row = 0, at = from * stride; row < count; row++, at += stride) read(cells, at, row)
        run(count)
        for (let row = 0, at = from * stride; row < count; row++, at += stride) write(cells, at, row * machines)
      }
    },
  }
}

function compileField({ field: name, value, coefficient }: VectorField, { scope, assembly }: ModelContext): Evaluate {
  if (value === undefined) return numeric(scope.require(name), scope).run
  const field = scope.require(name)
  const { run } = field
  const wanted = comparedLiteral(field, value, assembly)
  return (cells, at) => {
    const cell = run(cells, at)
    return Number.isNaN(cell) ? NaN : cell === wanted ? coefficient : 0
  }
}

function regression(plan: SupportVectorMachinePlan, { assembly, head }: ModelContext, decision: Decision): ModelBody {
  if (plan.machines.length > 1)
    throw new SluiceError('model.malformed', `a regression has ${plan.machines.length} support vector machines; it has 1`)
  const { sums } = decision
  const value = assembly.takeResult()
  return {
    prediction: { kind: 'number', value, type: head.singlePrecision ? 'float' : 'double' },
    evaluator: deciding(decision, 1, (cells, at, sum) => {
      cells[at + value] = sums[sum]!
    }),
  }
}

/** Turns the machines' sums into a number for each class: votes, or the sums themselves. */
type Poll = (cells: Float64Array, first: number, sum: number) => void

function classification(plan: SupportVectorMachinePlan, context: ModelContext, decision: Decision): ModelBody {
  const { assembly, target } = context
  const { sums } = decision
  const alternate = plan.alternateBinaryCategory
  const categories = plan.machines.flatMap((machine) => [machine.category, machine.alternate].filter((text) => text !== undefined))
  const classes = createClasses(target, alternate === undefined ? categories : [...categories, alternate], assembly)
  const size = classes.texts.length
  const votes = plan.oneAgainstOne || (alternate !== undefined && plan.machines.length === 1)
  const poll = votes ? voting(plan, classes, sums) : comparing(plan, classes, sums)
  const affinities = assembly.takeResult(size)
  const prediction = { ...takeClassPrediction(classes, assembly), ...(!votes && { withoutProbabilities: true as const }) }
  const { winner, probabilities } = prediction
  return {
    prediction,
    features: {
      affinity: (field) => {
        const index = field.value === undefined ? -1 : classes.indexOf(field.value)
        if (index >= 0) return cellOperand('double', affinities + index)
        return { type: 'double', run: (cells, at) => cells[at + affinities + cells[at + winner]!] ?? NaN }
      },
    },
    evaluator: deciding(decision, plan.machines.length, (cells, at, sum) => {
      poll(cells, at + affinities, sum)
      const best = largest(cells, at + affinities, size)
      cells[at + winner] = best
      for (let c = 0; c < size; c++) {
        const share = votes ? cells[at + affinities + c]! : c === best ? 1 : 0
        cells[at + probabilities + c] = share
        // Where the smallest sum wins, sums were turned round to find the largest.
        if (!votes && !plan.maxWins) cells[at + affinities + c]! *= -1
      }
    }),
  }
}

/** Each machine votes for one of two classes. */
function voting(plan: SupportVectorMachinePlan, classes: Classes, sums: Float64Array): Poll {
  const { machines, maxWins } = plan
  const size = classes.texts.length
  const sides = machines.map((machine) => {
    const other = machine.alternate ?? plan.alternateBinaryCategory
    if (machine.category === undefined || other === undefined)
      throw new SluiceError(
        'model.malformed',
        'a <SupportVectorMachine> of a one-against-one model needs a targetCategory and an alternateTargetCategory',
      )
    return { category: classes.indexOf(machine.category), other: classes.indexOf(other), threshold: machine.threshold }
  })
  return (cells, first, at) => {
    cells.fill(0, first, first + size)
    for (let m = 0; m < sides.length; m++) {
      const { category, other, threshold } = sides[m]!
      const sum = sums[at + m]!
      if (Number.isNaN(sum)) return void cells.fill(NaN, first, first + size)
      const isFirst = maxWins ? sum > threshold : sum < threshold
      cells[first + (isFirst ? category : other)]! += 1 / sides.length
    }
  }
}

/** Each machine speaks for one class. */
function comparing(plan: SupportVectorMachinePlan, classes: Classes, sums: Float64Array): Poll {
  const order = plan.machines.map((machine) => {
    if (machine.category === undefined)
      throw new SluiceError('model.malformed', 'a <SupportVectorMachine> of a classification needs a targetCategory')
    return classes.indexOf(machine.category)
  })
  const sign = plan.maxWins ? 1 : -1
  return (cells, first, at) => {
    cells.fill(NaN, first, first + classes.texts.length)
    let total = 0
    for (let m = 0; m < order.length; m++) {
      cells[first + order[m]!] = sign * sums[at + m]!
      if (Number.isNaN(sums[at + m]!)) total = NaN
    }
    if (Number.isNaN(total)) cells.fill(NaN, first, first + classes.texts.length)
  }
}
