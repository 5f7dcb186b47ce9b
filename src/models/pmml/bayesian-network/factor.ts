/** A function of some discrete variables: a value for each combination of theirs, the last variable's changing fastest. */
export interface Factor {
  readonly variables: readonly number[]
  readonly values: Float64Array
}

/** A table of more combinations is not made. */
const MOST_COMBINATIONS = 1_000_000

/** The factor with a variable fixed at one of its values. */
export function fixed(factor: Factor, variable: number, value: number, sizes: readonly number[]): Factor {
  const place = factor.variables.indexOf(variable)
  if (place < 0) return factor
  const after = factor.variables.slice(place + 1).reduce((product, one) => product * sizes[one]!, 1)
  const size = sizes[variable]!
  const values = new Float64Array(factor.values.length / size)
  for (let i = 0; i < values.length; i++) {
    values[i] = factor.values[Math.floor(i / after) * after * size + value * after + (i % after)]!
  }
  return { variables: factor.variables.toSpliced(place, 1), values }
}

/** The product of factors with a variable summed out; undefined where it would be too large. */
export function eliminated(factors: readonly Factor[], variable: number, sizes: readonly number[]): Factor | undefined {
  const variables = [...new Set(factors.flatMap((factor) => factor.variables))].filter((one) => one !== variable)
  const product = productOf(factors, [...variables, variable], sizes)
  if (product === undefined) return undefined
  const size = sizes[variable]!
  const values = new Float64Array(product.values.length / size)
  for (let i = 0; i < product.values.length; i++) values[Math.floor(i / size)]! += product.values[i]!
  return { variables, values }
}

/** The product of factors over variables in this order, which must be all of theirs; undefined where it would be too large. */
export function productOf(factors: readonly Factor[], variables: readonly number[], sizes: readonly number[]): Factor | undefined {
  const count = variables.reduce((product, one) => product * sizes[one]!, 1)
  if (count > MOST_COMBINATIONS) return undefined
  const values = new Float64Array(count).fill(1)
  const strides = factors.map((factor) => stridesOf(factor, variables, sizes))
  const chosen = variables.map(() => 0)
  for (let i = 0; i < count; i++) {
    for (const [f, factor] of factors.entries()) {
      let at = 0
      for (let v = 0; v < chosen.length; v++) at += chosen[v]! * strides[f]![v]!
      values[i]! *= factor.values[at]!
    }
    for (let v = chosen.length - 1; v >= 0 && ++chosen[v]! === sizes[variables[v]!]!; v--) chosen[v] = 0
  }
  return { variables, values }
}

/** How far apart in a factor's values are those for a variable's value and the next one's. */
function stridesOf(factor: Factor, variables: readonly number[], sizes: readonly number[]): readonly number[] {
  return variables.map((variable) => {
    const place = factor.variables.indexOf(variable)
    return place < 0 ? 0 : factor.variables.slice(place + 1).reduce((product, one) => product * sizes[one]!, 1)
  })
}
