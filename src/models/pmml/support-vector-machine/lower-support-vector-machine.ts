import type { ModelHead } from '../model-plan.ts'
import { numbersIn, sparseNumbersIn } from '../xml/array.ts'
import { choice, flag, real, requiredText, text } from '../xml/attributes.ts'
import { child, childrenOf, contentOf, type Element, malformed, requiredChild } from '../xml/element.ts'
import { type Kernel, KERNELS, type Machine, type SupportVectorMachinePlan, type VectorField } from './support-vector-machine-plan.ts'

export function lowerSupportVectorMachine(element: Element, head: ModelHead): SupportVectorMachinePlan {
  const dictionary = requiredChild(element, 'VectorDictionary')
  const fields = readFields(requiredChild(dictionary, 'VectorFields'))
  const byCoefficients =
    choice(element, 'svmRepresentation', { of: ['SupportVectors', 'Coefficients'], fallback: 'SupportVectors' }) === 'Coefficients'
  const { vectors, ids } = readVectors(dictionary, fields.length)
  const elements = childrenOf(element, 'SupportVectorMachine')
  if (elements.length === 0) throw malformed(element, 'needs a <SupportVectorMachine>')
  const threshold = real(element, 'threshold') ?? 0
  const machines = elements.map((machine) => readMachine(machine, { threshold, ids, byCoefficients, fields: fields.length }))
  const method = choice(element, 'classificationMethod', { of: ['OneAgainstAll', 'OneAgainstOne'], fallback: undefined })
  const alternate = text(element, 'alternateBinaryTargetCategory')
  return {
    kind: 'SupportVectorMachineModel',
    head,
    kernel: readKernel(element),
    fields,
    vectors,
    // Before PMML 4.0 there was no attribute that says it.
    oneAgainstOne: method === undefined ? machines.some((machine) => machine.alternate !== undefined) : method === 'OneAgainstOne',
    maxWins: flag(element, 'maxWins', false),
    machines,
    ...(alternate !== undefined && { alternateBinaryCategory: alternate }),
  }
}

function readKernel(element: Element): Kernel {
  const found = element.children.find((candidate) => KERNELS.some((kernel) => kernel === candidate.name))
  if (found === undefined) throw malformed(element, `needs a kernel: one of ${KERNELS.join(', ')}`)
  return {
    kind: found.name as Kernel['kind'],
    gamma: real(found, 'gamma') ?? 1,
    coef0: real(found, 'coef0') ?? 1,
    degree: real(found, 'degree') ?? 1,
  }
}

function readFields(element: Element): readonly VectorField[] {
  return contentOf(element).map((field) => {
    if (field.name === 'FieldRef') return { field: requiredText(field, 'field'), coefficient: 1 }
    if (field.name === 'CategoricalPredictor') {
      return { field: requiredText(field, 'name'), value: requiredText(field, 'value'), coefficient: real(field, 'coefficient') ?? 1 }
    }
    throw malformed(field, 'is neither a <FieldRef> nor a <CategoricalPredictor>')
  })
}

function readVectors(dictionary: Element, size: number): { vectors: Float64Array; ids: ReadonlyMap<string, number> } {
  const instances = childrenOf(dictionary, 'VectorInstance')
  const vectors = new Float64Array(instances.length * size)
  const ids = new Map<string, number>()
  for (const [i, instance] of instances.entries()) {
    ids.set(requiredText(instance, 'id'), i)
    const sparse = child(instance, 'REAL-SparseArray')
    const values = sparse === undefined ? numbersIn(requiredChild(instance, 'Array')) : sparseNumbersIn(sparse, size)
    if (values.length !== size) throw malformed(instance, `has ${values.length} values for ${size} fields`)
    vectors.set(values, i * size)
  }
  return { vectors, ids }
}

interface MachineContext {
  readonly threshold: number
  readonly ids: ReadonlyMap<string, number>
  readonly byCoefficients: boolean
  readonly fields: number
}

function readMachine(element: Element, context: MachineContext): Machine {
  const coefficients = requiredChild(element, 'Coefficients')
  const values = Float64Array.from(childrenOf(coefficients, 'Coefficient'), (coefficient) => real(coefficient, 'value') ?? 0)
  const supports = child(element, 'SupportVectors')
  const refs = context.byCoefficients || supports === undefined ? [] : childrenOf(supports, 'SupportVector')
  const wanted = context.byCoefficients ? context.fields : refs.length
  if (values.length !== wanted) throw malformed(coefficients, `has ${values.length} coefficients; there must be ${wanted}`)
  const [category, alternate] = [text(element, 'targetCategory'), text(element, 'alternateTargetCategory')]
  return {
    threshold: real(element, 'threshold') ?? context.threshold,
    intercept: real(coefficients, 'absoluteValue') ?? 0,
    supports: Int32Array.from(refs, (ref) => {
      const vector = context.ids.get(requiredText(ref, 'vectorId'))
      if (vector === undefined) throw malformed(ref, `names the vector '${text(ref, 'vectorId')}', which the <VectorDictionary> lacks`)
      return vector
    }),
    coefficients: values,
    ...(category !== undefined && { category }),
    ...(alternate !== undefined && { alternate }),
  }
}
