import { SluiceError } from '../../../core/errors.ts'
import { comparedLiteral } from '../assembly/convert.ts'
import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
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
  /** Per machine, for the row that ran last. */
  readonly sums: Float64Array
  readonly run: (cells: Float64Array, at: number) => void
}

function compileSums(plan: SupportVectorMachinePlan, context: ModelContext): Decision {
  const { vectors, machines } = plan
  const readers = plan.fields.map((field) => compileField(field, context))
  const size = readers.length
  const row = new Float64Array(size)
  const numbers = Int32Array.from(new Set(machines.flatMap((machine) => [...machine.supports])))
  const kernels = compileKernels(plan.kernel, vectors, { numbers, size })
  const places = new Map([...numbers].map((number, place) => [number, place]))
  const placed = machines.map((machine) => ({ ...machine, supports: Int32Array.from(machine.supports, (number) => places.get(number)!) }))
  const alike = new Float64Array(numbers.length)
  const sums = new Float64Array(machines.length)
  return {
    sums,
    run: (cells, at) => {
      for (let i = 0; i < size; i++) row[i] = readers[i]!(cells, at)
      kernels(row, alike)
      for (let m = 0; m < placed.length; m++) sums[m] = sumOf(placed[m]!, row, alike)
    },
  }
}

function sumOf({ supports, coefficients, intercept }: Machine, row: Float64Array, alike: Float64Array): number {
  let sum = 0
  if (supports.length > 0) for (let i = 0; i < coefficients.length; i++) sum += coefficients[i]! * alike[supports[i]!]!
  else for (let i = 0; i < coefficients.length; i++) sum += coefficients[i]! * row[i]!
  return sum + intercept
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

function regression(plan: SupportVectorMachinePlan, { assembly, head }: ModelContext, { sums, run }: Decision): ModelBody {
  if (plan.machines.length > 1)
    throw new SluiceError('model.malformed', `a regression has ${plan.machines.length} support vector machines; it has 1`)
  const value = assembly.takeResult()
  return {
    prediction: { kind: 'number', value, type: head.singlePrecision ? 'float' : 'double' },
    evaluator: {
      row: (cells, at) => {
        run(cells, at)
        cells[at + value] = sums[0]!
      },
    },
  }
}

/** Turns the machines' sums into a number for each class: votes, or the sums themselves. */
type Poll = (cells: Float64Array, first: number) => void

function classification(plan: SupportVectorMachinePlan, context: ModelContext, { sums, run }: Decision): ModelBody {
  const { assembly, target } = context
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
    evaluator: {
      row: (cells, at) => {
        run(cells, at)
        poll(cells, at + affinities)
        const best = largest(cells, at + affinities, size)
        cells[at + winner] = best
        for (let c = 0; c < size; c++) {
          const share = votes ? cells[at + affinities + c]! : c === best ? 1 : 0
          cells[at + probabilities + c] = share
          // Where the smallest sum wins, sums were turned round to find the largest.
          if (!votes && !plan.maxWins) cells[at + affinities + c]! *= -1
        }
      },
    },
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
  return (cells, first) => {
    cells.fill(0, first, first + size)
    for (let m = 0; m < sides.length; m++) {
      const { category, other, threshold } = sides[m]!
      const sum = sums[m]!
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
  return (cells, first) => {
    cells.fill(NaN, first, first + classes.texts.length)
    for (let m = 0; m < order.length; m++) cells[first + order[m]!] = sign * sums[m]!
    if (sums.some(Number.isNaN)) cells.fill(NaN, first, first + classes.texts.length)
  }
}
