import type { RecordValue } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { chi2 } from './numeric/continuous.ts'
import { sameKeys, toRows, toVector } from './numeric/keyed-matrix.ts'
import type { KeyedMatrix, KeyedVector } from './numeric/keyed-matrix.ts'
import { dotProduct, type Matrix, solve } from './numeric/matrix.ts'

const SHAPES = ['double', 'array(double)', 'map(double)']
const PREDICTION = 'misaligned prediction'
const UNCERTAINTY = 'misaligned uncertainty'

/** The codes of a module that has these functions; those of the deprecated copies in `model.reg` differ. */
interface Module {
  readonly name: string
  readonly residual: number
  readonly pull: number
  readonly mahalanobis: number
  readonly chi2Prob: number
  readonly dof: string
}

function residual({ name, residual: code }: Module): LibraryFunction {
  return {
    name: `${name}.residual`,
    signatures: SHAPES.map((shape) => `(observation: ${shape}, prediciton: ${shape}) -> ${shape}`),
    errors: { [code]: PREDICTION },
    build(site): Callable {
      if (site.signature === 0) return (o: number, p: number) => o - p
      if (site.signature === 1)
        return (o: number[], p: number[]) => (o.length === p.length ? o.map((value, i) => value - p[i]!) : site.fail(code))
      return (o: KeyedVector, p: KeyedVector) => {
        if (!sameKeys(o, p)) return site.fail(code)
        return new Map(Array.from(o, ([key, value]) => [key, value - p.get(key)!]))
      }
    },
  }
}

function pull({ name, pull: code }: Module): LibraryFunction {
  return {
    name: `${name}.pull`,
    signatures: SHAPES.map((shape) => `(observation: ${shape}, prediciton: ${shape}, uncertainty: ${shape}) -> ${shape}`),
    errors: { [code]: PREDICTION, [code + 1]: UNCERTAINTY },
    build(site): Callable {
      if (site.signature === 0) return (o: number, p: number, u: number) => (o - p) / u
      if (site.signature === 1) {
        return (o: number[], p: number[], u: number[]) => {
          if (o.length !== p.length) return site.fail(code)
          return o.length === u.length ? o.map((value, i) => (value - p[i]!) / u[i]!) : site.fail(code + 1)
        }
      }
      return (o: KeyedVector, p: KeyedVector, u: KeyedVector) => {
        if (!sameKeys(o, p)) return site.fail(code)
        if (!sameKeys(o, u)) return site.fail(code + 1)
        return new Map(Array.from(o, ([key, value]) => [key, (value - p.get(key)!) / u.get(key)!]))
      }
    },
  }
}

/** The root of `xᵀ C⁻¹ x`; NaN where that is negative or C is singular. */
function mahalanobisDistance(site: CallSite, x: readonly number[], covariance: Matrix): number {
  const solved = solve(
    covariance,
    x.map((value) => [value]),
    site.engine.checkTime,
  )
  if (solved === undefined) return Number.NaN
  return Math.sqrt(
    dotProduct(
      x,
      solved.map((row) => row[0]!),
    ),
  )
}

function buildMahalanobis(site: CallSite, code: number): Callable {
  if (site.signature === 0) {
    return (o: number[], p: number[], covariance: Matrix) => {
      if (o.length === 0) return site.fail(code)
      if (o.length !== p.length) return site.fail(code + 1)
      if (covariance.length !== o.length || covariance.some((row) => row.length !== o.length)) return site.fail(code + 2)
      return mahalanobisDistance(
        site,
        o.map((value, i) => value - p[i]!),
        covariance,
      )
    }
  }
  return (o: KeyedVector, p: KeyedVector, covariance: KeyedMatrix) => {
    if (o.size === 0) return site.fail(code)
    if (!sameKeys(o, p)) return site.fail(code + 1)
    const keys = [...o.keys()]
    if (!sameKeys(o, covariance) || keys.some((key) => !sameKeys(o, covariance.get(key)!))) return site.fail(code + 2)
    const expected = toVector(p, keys)
    return mahalanobisDistance(
      site,
      toVector(o, keys).map((value, i) => value - expected[i]!),
      toRows(covariance, keys, keys),
    )
  }
}

function mahalanobis({ name, mahalanobis: code }: Module): LibraryFunction {
  return {
    name: `${name}.mahalanobis`,
    signatures: [
      '(observation: array(double), prediction: array(double), covariance: array(array(double))) -> double',
      '(observation: map(double), prediction: map(double), covariance: map(map(double))) -> double',
    ],
    errors: { [code]: 'too few rows/cols', [code + 1]: PREDICTION, [code + 2]: 'misaligned covariance' },
    build: (site) => buildMahalanobis(site, code),
  }
}

function sumOfSquares(values: Iterable<number>): number {
  let sum = 0
  for (const value of values) sum += value * value
  return sum
}

function updateChi2({ name, dof }: Module): LibraryFunction {
  return {
    name: `${name}.updateChi2`,
    signatures: SHAPES.map((shape) => `(pull: ${shape}, state: record A{chi2: double, ${dof}: int}) -> A`),
    build(site): Callable {
      const add = (state: RecordValue, x: number): RecordValue => {
        const out = state.$copy()
        out['chi2'] = (state['chi2'] as number) + x
        out[dof] = ((state[dof] as number) + 1) | 0
        return out
      }
      if (site.signature === 0) return (x: number, state: RecordValue) => add(state, x * x)
      if (site.signature === 1) return (x: number[], state: RecordValue) => add(state, sumOfSquares(x))
      return (x: KeyedVector, state: RecordValue) => add(state, sumOfSquares(x.values()))
    },
  }
}

function chi2Probability(x: number, dof: number): number {
  if (Number.isNaN(x) && dof > 0) return x
  return chi2.cdf(x, dof, 0, 0)
}

function members(module: Module): LibraryFunction[] {
  const { name, dof, chi2Prob } = module
  const signatures = [`(state: record A{chi2: double, ${dof}: int}) -> double`]
  return [
    residual(module),
    pull(module),
    mahalanobis(module),
    updateChi2(module),
    { name: `${name}.reducedChi2`, signatures, build: () => (state: RecordValue) => (state['chi2'] as number) / (state[dof] as number) },
    {
      name: `${name}.chi2Prob`,
      signatures,
      errors: { [chi2Prob]: 'invalid parameterization' },
      build: (site) => (state: RecordValue) => {
        const degrees = state[dof] as number
        return degrees < 0 ? site.fail(chi2Prob) : chi2Probability(state['chi2'] as number, degrees)
      },
    },
  ]
}

/** PFA 0.8.1: how far observations are from predictions, in `stat.test.*` and, with other codes, in `model.reg.*`. */
export const RESIDUALS: readonly LibraryFunction[] = [
  ...members({ name: 'stat.test', residual: 38010, pull: 38020, mahalanobis: 38030, chi2Prob: 38060, dof: 'dof' }),
  ...members({ name: 'model.reg', residual: 31020, pull: 31030, mahalanobis: 31040, chi2Prob: 31070, dof: 'DOF' }),
]
