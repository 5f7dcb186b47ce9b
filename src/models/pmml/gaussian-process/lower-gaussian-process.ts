import { SluiceError } from '../../../core/errors.ts'
import { tableRows } from '../expressions/inline-table.ts'
import type { ModelHead } from '../model-plan.ts'
import { parseReal } from '../values/literal.ts'
import { numbersIn } from '../xml/array.ts'
import { real, requiredText, text } from '../xml/attributes.ts'
import { child, childrenOf, type Element, malformed, requiredChild } from '../xml/element.ts'
import { covariance, decompose, rowOfTriangle, solveLower, solveUpper } from './covariance.ts'
import type { CovarianceKernel, GaussianProcessPlan } from './gaussian-process-plan.ts'

/** The decomposition takes time in the third power of them. */
const MOST_INSTANCES = 2000

const KERNELS: Readonly<Record<string, (element: Element) => Pick<CovarianceKernel, 'factor' | 'degree'>>> = {
  RadialBasisKernel: () => ({ factor: 0.5, degree: 2 }),
  ARDSquaredExponentialKernel: () => ({ factor: 0.5, degree: 2 }),
  AbsoluteExponentialKernel: () => ({ factor: 1, degree: 1 }),
  GeneralizedExponentialKernel: (element) => ({ factor: 1, degree: real(element, 'degree') ?? 1 }),
}

export function lowerGaussianProcess(element: Element, head: ModelHead): GaussianProcessPlan {
  const kernelElement = element.children.find(({ name }) => Object.hasOwn(KERNELS, name))
  if (kernelElement === undefined) throw malformed(element, `needs one of ${Object.keys(KERNELS).join(', ')}`)
  const target = head.miningFields.find((field) => field.usage === 'target')?.name
  const training = requiredChild(element, 'TrainingInstances')
  const instanceFields = childrenOf(requiredChild(training, 'InstanceFields'), 'InstanceField')
  const names = instanceFields.map((field) => requiredText(field, 'field'))
  const columns = instanceFields.map((field, i) => text(field, 'column') ?? names[i]!)
  const answer = target === undefined ? -1 : names.indexOf(target)
  if (answer < 0) throw malformed(training, 'has no field for the target')
  const rows = tableRows(training, columns).map((row) => row.map((cell) => numberIn(training, cell)))
  if (rows.length === 0) throw malformed(training, 'has no rows')
  if (rows.length > MOST_INSTANCES)
    throw new SluiceError('model.too-large', `the <GaussianProcessModel> has ${rows.length} instances; the limit is ${MOST_INSTANCES}`)
  const fields = names.filter((_, i) => i !== answer)
  const kernel = readKernel(kernelElement, fields.length)
  const noiseVariance = real(kernelElement, 'noiseVariance') ?? 1
  const instances = Float64Array.from(rows.flatMap((row) => row.filter((_, i) => i !== answer)))
  const triangle = decomposed({ kernel, noiseVariance, instances, size: rows.length }, kernelElement)
  const weights = Float64Array.from(rows, (row) => row[answer]!)
  solveLower(triangle, weights)
  solveUpper(triangle, weights)
  const wantsDeviation = head.outputFields.some(({ feature }) => feature === 'standardDeviation' || feature === 'standardError')
  return { kind: 'GaussianProcessModel', head, kernel, noiseVariance, fields, instances, weights, ...(wantsDeviation && { triangle }) }
}

function decomposed(
  parts: { kernel: CovarianceKernel; noiseVariance: number; instances: Float64Array; size: number },
  element: Element,
): Float64Array {
  const { kernel, noiseVariance, instances, size } = parts
  const width = kernel.lambda.length
  const alike = covariance(kernel)
  const triangle = new Float64Array(rowOfTriangle(size))
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      triangle[rowOfTriangle(i) + j] = alike(instances, i * width, instances, j * width) + (i === j ? noiseVariance : 0)
    }
  }
  if (!decompose(triangle, size)) throw malformed(element, 'gives a covariance matrix that is not positive definite')
  return triangle
}

function readKernel(element: Element, width: number): CovarianceKernel {
  const own = child(element, 'Lambda')
  const array = own && numbersIn(requiredChild(own, 'Array'))
  if (array !== undefined && array.length !== width && array.length !== 1)
    throw malformed(element, `has a <Lambda> of ${array.length} numbers; the instances have ${width} fields`)
  const single = real(element, 'lambda') ?? 1
  const lambda = Float64Array.from({ length: width }, (_, i) => (array === undefined ? single : (array[i] ?? array[0]!)))
  if (lambda.some((value) => !(value > 0))) throw malformed(element, 'has a lambda that is not above zero')
  return { gamma: real(element, 'gamma') ?? 1, lambda, ...KERNELS[element.name]!(element) }
}

function numberIn(element: Element, cell: string | undefined): number {
  const number = cell === undefined ? NaN : parseReal(cell)
  if (Number.isFinite(number)) return number
  throw malformed(element, `has the value ${JSON.stringify(cell ?? null)}; all of its values must be numbers`)
}
