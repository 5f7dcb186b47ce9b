import { SluiceError } from '../../core/errors.ts'
import type { Model } from '../../core/model.ts'
import { Assembly } from './assembly/assembly.ts'
import { Scope } from './assembly/scope.ts'
import { compileDocumentModel } from './compile-model.ts'
import { compileExpression } from './expressions/compile-expression.ts'
import type { DataField } from './fields/data-field.ts'
import { createInput, type Input } from './fields/input.ts'
import { outputColumns } from './fields/output-column.ts'
import type { MiningField } from './fields/mining-field.ts'
import type { DocumentPlan, ModelHead } from './model-plan.ts'
import { createPmmlModel } from './pmml-model.ts'

/** Makes a model that scores of a document's plan. Throws `model.malformed` or `model.unsupported`. */
export function assembleModel(plan: DocumentPlan): Model {
  const fields = new Map(plan.fields.map((field) => [field.name, field]))
  const assembly = new Assembly(plan.functions, compileExpression)
  const scope = new Scope(assembly)
  const inputs = inputsOf(plan.model.head, fields, assembly)
  for (const input of inputs) scope.bind(input.data.name, input.operand)
  scope.derive(plan.derivedFields)
  const model = compileDocumentModel(plan.model, scope, fields)
  const outputs = outputColumns(model, assembly)
  return createPmmlModel({ assembly, inputs, outputs, evaluator: model.evaluator })
}

/** The active fields of the schema, each in the cell of its place. */
function inputsOf(head: ModelHead, fields: ReadonlyMap<string, DataField>, assembly: Assembly): readonly Input[] {
  const active = new Map<string, MiningField>()
  for (const field of head.miningFields) if (field.usage === 'active') active.set(field.name, field)
  const first = assembly.take(active.size)
  return [...active.values()].map((field, i) => {
    const data = fields.get(field.name)
    if (data === undefined) {
      throw new SluiceError('model.malformed', `the MiningSchema names the field '${field.name}', which the DataDictionary lacks`, {
        details: { field: field.name },
      })
    }
    return createInput(data, field, { assembly, slot: first + i })
  })
}
