const LANCZOS = [
  0.9999999999999971, 57.15623566586292, -59.59796035547549, 14.136097974741746, -0.4919138160976202, 3.399464998481189e-5,
  4.652362892704858e-5, -9.837447530487956e-5, 0.0001580887032249125, -0.00021026444172410488, 0.00021743961811521265,
  -0.0001643181065367639, 8.441822398385275e-5, -2.6190838401581408e-5, 3.6899182659531625e-6,
]
/** Those that a double holds exactly. */
const FACTORIALS = factorials(23)
const HALF_LN_TWO_PI = 0.5 * Math.log(2 * Math.PI)
const EPSILON = 1e-16
const TINY = 1e-300
const MAX_ITERATIONS = 100_000

function factorials(count: number): number[] {
  const out = [1]
  for (let i = 1; i < count; i++) out.push(out[i - 1]! * i)
  return out
}

/** Natural logarithm of the gamma function for `x > 0`, by Lanczos' approximation; NaN for other arguments. */
export function lnGamma(x: number): number {
  if (!(x > 0)) return Number.NaN
  if (x === Infinity) return Infinity
  const factorial = FACTORIALS[x - 1]
  if (factorial !== undefined) return Math.log(factorial)
  let sum = 0
  for (let i = LANCZOS.length - 1; i > 0; i--) sum += LANCZOS[i]! / (x + i)
  sum += LANCZOS[0]!
  const t = x + 607 / 128 + 0.5
  return (x + 0.5) * Math.log(t) - t + HALF_LN_TWO_PI + Math.log(sum / x)
}

/** The regularised lower incomplete gamma function P(a, x) for `a > 0` and `x >= 0`. */
export function gammaP(a: number, x: number): number {
  if (Number.isNaN(a) || Number.isNaN(x) || a <= 0 || x < 0) return Number.NaN
  if (x === 0) return 0
  if (x === Infinity) return 1
  return x < a + 1 ? lowerSeries(a, x) : 1 - upperFraction(a, x)
}

/** The regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x), exact also where it is tiny. */
export function gammaQ(a: number, x: number): number {
  if (Number.isNaN(a) || Number.isNaN(x) || a <= 0 || x < 0) return Number.NaN
  if (x === 0) return 1
  if (x === Infinity) return 0
  return x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x)
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < MAX_ITERATIONS; n++) {
    term *= x / (a + n)
    sum += term
    if (Math.abs(term) < Math.abs(sum) * EPSILON) break
  }
  return sum * Math.exp(a * Math.log(x) - x - lnGamma(a))
}

/** Legendre's continued fraction, evaluated by Lentz's method. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = 1 / TINY
  let d = 1 / b
  let h = d
  for (let i = 1; i < MAX_ITERATIONS; i++) {
    const an = -i * (i - a)
    b += 2
    d = an * d + b
    if (Math.abs(d) < TINY) d = TINY
    c = b + an / c
    if (Math.abs(c) < TINY) c = TINY
    d = 1 / d
    const step = d * c
    h *= step
    if (Math.abs(step - 1) < EPSILON) break
  }
  return h * Math.exp(a * Math.log(x) - x - lnGamma(a))
}

/** The x with P(a, x) = p, for `0 < p < 1`: a starting guess, improved by Halley's method within a shrinking bracket. */
export function inverseGammaP(p: number, a: number): number {
  let low = 0
  let high = Infinity
  let x = startOfInverse(p, a)
  for (let i = 0; i < 200; i++) {
    if (x <= 0) return 0
    const error = gammaP(a, x) - p
    if (error === 0) return x
    if (error > 0) high = x
    else low = x
    const density = Math.exp((a - 1) * Math.log(x) - x - lnGamma(a))
    const newton = error / density
    const halley = newton / (1 - 0.5 * Math.min(1, newton * ((a - 1) / x - 1)))
    let next = x - halley
    if (!(next > low && next < high)) next = high === Infinity ? x * 2 : (low + high) / 2
    if (Math.abs(next - x) <= 1e-15 * x) return next
    x = next
  }
  return x
}

function startOfInverse(p: number, a: number): number {
  if (a > 1) {
    const t = Math.sqrt(-2 * Math.log(p < 0.5 ? p : 1 - p))
    const z = (2.30753 + t * 0.27061) / (1 + t * (0.99229 + t * 0.04481)) - t
    const normal = p < 0.5 ? z : -z
    return Math.max(1e-3, a * (1 - 1 / (9 * a) + normal / (3 * Math.sqrt(a))) ** 3)
  }
  const t = 1 - a * (0.253 + a * 0.12)
  return p < t ? (p / t) ** (1 / a) : 1 - Math.log(1 - (p - t) / (1 - t))
}

/** The error function, for any x. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN
  const p = gammaP(0.5, x * x)
  return x < 0 ? -p : p
}

/** The complementary error function 1 - erf(x), exact also where it is tiny. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return Number.NaN
  return x < 0 ? 1 + gammaP(0.5, x * x) : gammaQ(0.5, x * x)
}
