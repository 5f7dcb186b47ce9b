import { SluiceError } from '../../../core/errors.ts'
import { comparedLiteral, literalCell } from '../assembly/convert.ts'
import type { ModelContext } from '../assembly/model-compiler.ts'
import { cellOperand, type Operand } from '../assembly/operand.ts'
import { Scope } from '../assembly/scope.ts'
import type { NearestNeighborPlan } from './nearest-neighbor-plan.ts'

/** The training instances as rows of what the inputs are compared with, one after the other; NaN is a missing value. */
export function instanceMatrix(plan: NearestNeighborPlan, inputs: readonly Operand[], context: ModelContext): Float64Array {
  const size = inputs.length
  const matrix = new Float64Array(plan.instances.length * size)
  const columns = plan.inputs.map(({ field }) => plan.instanceFields.indexOf(field))
  const missing = plan.inputs.find((_, i) => columns[i]! < 0)
  if (missing !== undefined && plan.transformed) {
    throw new SluiceError('model.malformed', `the training instances lack the field '${missing.field}'`, {
      details: { field: missing.field },
    })
  }
  const derive = missing === undefined ? undefined : deriving(plan, context)
  for (const [row, instance] of plan.instances.entries()) {
    const derived = derive?.(instance)
    for (let i = 0; i < size; i++) {
      const text = columns[i]! < 0 ? undefined : instance[columns[i]!]
      matrix[row * size + i] = columns[i]! < 0 ? derived![i]! : text === undefined ? NaN : cellOf(text, inputs[i]!, context)
    }
  }
  return matrix
}

/** A column of the training instances as the texts that stand in it. */
export function instanceColumn(plan: NearestNeighborPlan, field: string): readonly (string | undefined)[] | undefined {
  const column = plan.instanceFields.indexOf(field)
  return column < 0 ? undefined : plan.instances.map((instance) => instance[column])
}

function cellOf(text: string, input: Operand, { assembly }: ModelContext): number {
  const value = comparedLiteral(input, text, assembly)
  if (!Number.isNaN(value) || text.trim() === '') return value
  throw new SluiceError(
    'model.malformed',
    `a training instance has the value ${JSON.stringify(text.slice(0, 40))}, which is not of type ${input.type}`,
  )
}

/** Computes the inputs of an instance from its own fields, with the expressions that compute them from a record's. */
function deriving(
  plan: NearestNeighborPlan,
  { assembly, scope, fields }: ModelContext,
): (instance: NearestNeighborPlan['instances'][number]) => Float64Array {
  const own = new Scope(assembly)
  const slots = plan.instanceFields.map((name) => {
    const type = fields.get(name)?.dataType ?? 'string'
    const slot = assembly.take()
    own.bind(name, cellOperand(type, slot, { values: fields.get(name)?.values ?? [] }))
    return { slot, type }
  })
  own.derive(scope.derivedFields().filter((field) => !plan.instanceFields.includes(field.name)))
  const operands = plan.inputs.map(({ field }) => own.require(field))
  const cells = new Float64Array(assembly.slots)
  const results = new Float64Array(operands.length)
  return (instance) => {
    for (const [i, { slot, type }] of slots.entries())
      cells[slot] = instance[i] === undefined ? NaN : literalCell(instance[i], type, assembly)
    for (const step of own.steps) step(cells, 0)
    for (const [i, operand] of operands.entries()) results[i] = operand.run(cells, 0)
    return results
  }
}
