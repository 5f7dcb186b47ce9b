import type { RecordValue } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { sameKeys } from './numeric/keyed-matrix.ts'
import { dotProduct, type Matrix } from './numeric/matrix.ts'

/** The least normal double, which keeps a probability from 0. */
const TINY = 2.2250738585072014e-308

const numberAt = (record: RecordValue, field: string): number => record[field] as number

function gaussianTerm(site: CallSite, x: number, feature: RecordValue): number {
  const variance = numberAt(feature, 'variance')
  if (variance <= 0) return site.fail(10001)
  return -0.5 * Math.log(2 * Math.PI * variance) - (0.5 * (x - numberAt(feature, 'mean')) ** 2) / variance
}

function gaussian(site: CallSite): Callable {
  if (site.signature === 0) {
    return (datum: number[], classModel: RecordValue[]) => {
      if (datum.length !== classModel.length) return site.fail(10000)
      let sum = 0
      for (const [i, x] of datum.entries()) sum += gaussianTerm(site, x, classModel[i]!)
      return sum
    }
  }
  return (datum: ReadonlyMap<string, number>, classModel: ReadonlyMap<string, RecordValue>) => {
    if (!sameKeys(datum, classModel)) return site.fail(10000)
    let sum = 0
    for (const [key, x] of datum) sum += gaussianTerm(site, x, classModel.get(key)!)
    return sum
  }
}

/** The total of the model's weights, which must be there and be positive. */
function totalOf(site: CallSite, weights: readonly number[]): number {
  let total = 0
  for (const weight of weights) {
    if (!(weight > 0)) return site.fail(10011)
    total += weight
  }
  return weights.length === 0 ? site.fail(10011) : total
}

function multinomial(site: CallSite): Callable {
  const ofArrays = (datum: readonly number[], model: readonly number[]): number => {
    const total = totalOf(site, model)
    if (datum.length !== model.length) return site.fail(10010)
    let sum = 0
    for (const [i, x] of datum.entries()) sum += x * Math.log(model[i]! / total + TINY)
    return sum
  }
  const ofMaps = (datum: ReadonlyMap<string, number>, model: ReadonlyMap<string, number>): number => {
    const total = totalOf(site, [...model.values()])
    if (!sameKeys(datum, model)) return site.fail(10010)
    let sum = 0
    for (const [key, x] of datum) sum += x * Math.log(model.get(key)! / total + TINY)
    return sum
  }
  const calls: readonly Callable[] = [
    ofArrays,
    ofMaps,
    (datum: number[], model: RecordValue) => ofArrays(datum, model['values'] as number[]),
    (datum: Map<string, number>, model: RecordValue) => ofMaps(datum, model['values'] as Map<string, number>),
  ]
  return calls[site.signature]!
}

function bernoulli(site: CallSite): Callable {
  const score = (datum: readonly string[], model: ReadonlyMap<string, number>): number => {
    let sum = 0
    for (const p of model.values()) {
      if (p <= 0 || p >= 1) return site.fail(10020)
      sum += Math.log(1 - p)
    }
    for (const item of datum) {
      const p = model.get(item)
      if (p !== undefined) sum += Math.log(p) - Math.log(1 - p)
    }
    return sum
  }
  if (site.signature === 0) return score
  return (datum: string[], model: RecordValue) => score(datum, model['values'] as Map<string, number>)
}

/** One layer of a neural network, before its activation. */
function layer(site: CallSite, datum: readonly number[], { weights, bias }: { weights: Matrix; bias: readonly number[] }): number[] {
  if (bias.length !== weights.length || weights.some((row) => row.length !== datum.length)) return site.fail(11001)
  return weights.map((row, i) => dotProduct(row, datum) + bias[i]!)
}

function supportScore(
  site: CallSite,
  vectors: readonly RecordValue[],
  { datum, kernel }: { datum: number[]; kernel: (x: number[], y: number[]) => number },
): number {
  let sum = 0
  for (const vector of vectors) {
    const supVec = vector['supVec'] as number[]
    if (supVec.length !== datum.length) return site.fail(12001)
    sum += kernel(supVec, datum) * numberAt(vector, 'coeff')
  }
  return sum
}

/** PFA 0.8.1: naive Bayes (`model.naive.*`), neural networks (`model.neural.*`) and support vector machines (`model.svm.*`). */
export const MODEL_LEARNERS: readonly LibraryFunction[] = [
  {
    name: 'model.naive.gaussian',
    signatures: [
      '(datum: array(double), classModel: array(record A{mean: double, variance: double})) -> double',
      '(datum: map(double), classModel: map(record A{mean: double, variance: double})) -> double',
    ],
    errors: { 10000: 'datum and classModel misaligned', 10001: 'variance less than or equal to zero' },
    build: gaussian,
  },
  {
    name: 'model.naive.multinomial',
    signatures: [
      '(datum: array(double), classModel: array(double)) -> double',
      '(datum: map(double), classModel: map(double)) -> double',
      '(datum: array(double), classModel: record C{values: array(double)}) -> double',
      '(datum: map(double), classModel: record C{values: map(double)}) -> double',
    ],
    errors: { 10010: 'datum and classModel misaligned', 10011: 'classModel must be non-empty and strictly positive' },
    build: multinomial,
  },
  {
    name: 'model.naive.bernoulli',
    signatures: [
      '(datum: array(string), classModel: map(double)) -> double',
      '(datum: array(string), classModel: record C{values: map(double)}) -> double',
    ],
    errors: { 10020: 'probability in classModel must be strictly between 0 and 1' },
    build: bernoulli,
  },
  {
    name: 'model.neural.simpleLayers',
    signatures: [
      '(datum: array(double), model: array(record M{weights: array(array(double)), bias: array(double)}), activation: fcn(double)->double) -> array(double)',
    ],
    errors: { 11000: 'no layers', 11001: 'weights, bias, or datum misaligned' },
    build: (site) => (datum: number[], model: RecordValue[], activation: (x: number) => number) => {
      if (model.length === 0) return site.fail(11000)
      let values = datum
      for (const [i, record] of model.entries()) {
        values = layer(site, values, { weights: record['weights'] as Matrix, bias: record['bias'] as number[] })
        if (i < model.length - 1) values = values.map((value) => activation(value))
      }
      return values
    },
  },
  {
    name: 'model.svm.score',
    signatures: [
      '(datum: array(double), model: record L{const: double, posClass: array(record M{supVec: array(double), coeff: double}), negClass: array(record N{supVec: array(double), coeff: double})}, kernel: fcn(array(double), array(double))->double) -> double',
    ],
    errors: { 12000: 'no support vectors', 12001: 'support vectors must have same length as datum' },
    build: (site) => (datum: number[], model: RecordValue, kernel: (x: number[], y: number[]) => number) => {
      const positive = model['posClass'] as RecordValue[]
      const negative = model['negClass'] as RecordValue[]
      if (positive.length === 0 && negative.length === 0) return site.fail(12000)
      return supportScore(site, negative, { datum, kernel }) + supportScore(site, positive, { datum, kernel }) + numberAt(model, 'const')
    },
  },
]
