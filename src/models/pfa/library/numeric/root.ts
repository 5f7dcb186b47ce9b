/** How near a root is found, as the JVM's engine has it. */
const ACCURACY = 1e-9
const RELATIVE_ACCURACY = 1e-14
const MAX_ITERATIONS = 1000

/** A place between two others where a function changes its sign, to 1e-9: Brent's method. The function has different signs at the two. */
export function rootBetween(f: (x: number) => number, from: number, to: number): number {
  let [a, b, c] = [from, to, from]
  let [fa, fb] = [f(from), f(to)]
  let fc = fa
  let step = b - a
  let before = step
  for (let i = 0; i < MAX_ITERATIONS; i++) {
    if (Math.abs(fc) < Math.abs(fb)) {
      ;[a, b, c] = [b, c, b]
      ;[fa, fb, fc] = [fb, fc, fb]
    }
    const tolerance = 2 * RELATIVE_ACCURACY * Math.abs(b) + ACCURACY
    const middle = (c - b) / 2
    if (Math.abs(middle) <= tolerance || fb === 0) return b
    const inner =
      Math.abs(before) < tolerance || Math.abs(fa) <= Math.abs(fb)
        ? undefined
        : interpolated({ a, b, c, fa, fb, fc }, { middle, before, tolerance })
    before = inner === undefined ? middle : step
    step = inner ?? middle
    a = b
    fa = fb
    b += Math.abs(step) > tolerance ? step : middle > 0 ? tolerance : -tolerance
    fb = f(b)
    if (fb > 0 === fc > 0) {
      c = a
      fc = fa
      step = b - a
      before = step
    }
  }
  return b
}

interface Points {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly fa: number
  readonly fb: number
  readonly fc: number
}

/** The step of a secant or of an inverse parabola, or undefined where halving is better. */
function interpolated(
  { a, b, c, fa, fb, fc }: Points,
  { middle, before, tolerance }: { middle: number; before: number; tolerance: number },
): number | undefined {
  const s = fb / fa
  let p = 2 * middle * s
  let q = 1 - s
  if (a !== c) {
    const t = fa / fc
    const r = fb / fc
    p = s * (2 * middle * t * (t - r) - (b - a) * (r - 1))
    q = (t - 1) * (r - 1) * (s - 1)
  }
  if (p > 0) q = -q
  else p = -p
  return p >= 1.5 * middle * q - Math.abs(tolerance * q) || p >= Math.abs(0.5 * before * q) ? undefined : p / q
}
