import { SluiceError } from '../../core/errors.ts'
import type { Model } from '../../core/model.ts'
import { Assembly } from './assembly/assembly.ts'
import { Scope } from './assembly/scope.ts'
import { compileDocumentModel } from './compile-model.ts'
import { compileExpression } from './expressions/compile-expression.ts'
import type { DataField } from './fields/data-field.ts'
import { createInput, type Input } from './fields/input.ts'
import { createListInput } from './fields/list-input.ts'
import { outputColumns } from './fields/output-column.ts'
import type { MiningField } from './fields/mining-field.ts'
import type { DocumentPlan, ModelPlan } from './model-plan.ts'
import { verifyModel } from './verification/verify-model.ts'
import { createPmmlModel } from './pmml-model.ts'
import { createRememberingModel } from './remembering-model.ts'

/**
 * Makes a model that scores of a document's plan. Throws `model.malformed` or `model.unsupported`, and `model.golden.mismatch` where it does
 * not answer what the document's verification says.
 */
export function assembleModel(plan: DocumentPlan, paths: Readonly<Record<string, string>> = {}): Model {
  const fields = new Map(plan.fields.map((field) => [field.name, field]))
  const assembly = new Assembly(plan.functions, compileExpression)
  const scope = new Scope(assembly)
  const inputs = inputsOf(plan.model, { fields, assembly, paths })
  for (const input of inputs) {
    if (input.mining.usage === 'active') scope.bind(input.data.name, input.operand)
    else assembly.actualValues.set(input.data.name, input.operand)
  }
  scope.derive(plan.derivedFields)
  const model = compileDocumentModel(plan.model, scope, fields)
  const outputs = outputColumns(model, assembly)
  const created = createPmmlModel({ assembly, inputs, outputs, evaluator: model.evaluator })
  if (plan.verification !== undefined) verifyModel(created, plan.verification)
  // The records of the verification are none of the stream's: that begins with states of its own.
  return assembly.memory.isEmpty ? created : createRememberingModel(created, assembly.memory)
}

/** The active fields of the schema, each in the cell of its place; and the targets, where an output compares them with the result. */
function inputsOf(
  { kind, head }: ModelPlan,
  context: { fields: ReadonlyMap<string, DataField>; assembly: Assembly; paths: Readonly<Record<string, string>> },
): readonly Input[] {
  const { fields, assembly, paths } = context
  const active = new Map<string, MiningField>()
  for (const field of head.miningFields) if (field.usage === 'active') active.set(field.name, field)
  if (head.outputFields.some((field) => field.feature === 'residual')) {
    for (const field of head.miningFields) if (field.usage === 'target' && !active.has(field.name)) active.set(field.name, asActual(field))
  }
  const first = assembly.take(active.size)
  const asList = kind === 'AssociationModel' && active.size === 1
  return [...active.values()].map((field, i) => {
    const data = fields.get(field.name)
    if (data === undefined) {
      throw new SluiceError('model.malformed', `the MiningSchema names the field '${field.name}', which the DataDictionary lacks`, {
        details: { field: field.name },
      })
    }
    const slot = first + i
    return asList ? createListInput(data, field, { assembly, slot, path: paths[field.name] }) : createInput(data, field, { assembly, slot })
  })
}

/** A target as a field of records: it may be absent, and one that can't be understood is as good as absent. */
function asActual(field: MiningField): MiningField {
  return { ...field, invalidValueTreatment: 'asMissing', rejectsMissing: false, outliers: 'asIs' }
}
