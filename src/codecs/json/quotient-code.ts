import type { Code } from '../../core/wasm/code.ts'

/**
 * Leaves (high + low) / power of two pairs of doubles, rounded once, and sets in `exact` a bit for each that is certain. It is `nearestQuotient` of
 * core/exact-number.ts, operation by operation: `high` and `low` are exact, and their sum need not be a double.
 */
export function roundedQuotient(
  code: Code,
  { high, low, power, exact }: Readonly<Record<'high' | 'low' | 'power' | 'exact', number>>,
): void {
  const v128 = (): number => code.local('v128')
  const [sum, part, rest, quotient, top, a, aHigh, aLow, b, bHigh, bLow, split] = [
    v128(),
    v128(),
    v128(),
    v128(),
    v128(),
    v128(),
    v128(),
    v128(),
    v128(),
    v128(),
    v128(),
    v128(),
  ]
  const minus = (x: number, y: number): Code => code.get(x).get(y).op('f64x2.sub')
  const times = (x: number, y: number): Code => code.get(x).get(y).op('f64x2.mul')
  code
    .f64(2 ** 27 + 1)
    .op('f64x2.splat')
    .set(split)
  code.get(high).get(low).op('f64x2.add').set(sum)
  minus(sum, high).set(part)
  code.get(high)
  minus(sum, part).op('f64x2.sub')
  minus(low, part).op('f64x2.add').set(rest)
  code.get(sum).get(power).op('f64x2.div').set(quotient)
  times(quotient, power).set(top)
  times(split, quotient).tee(a)
  minus(a, quotient).op('f64x2.sub').set(aHigh)
  minus(quotient, aHigh).set(aLow)
  times(split, power).tee(b)
  minus(b, power).op('f64x2.sub').set(bHigh)
  minus(power, bHigh).set(bLow)
  minus(sum, top)
  times(aLow, bLow)
  code.get(top)
  times(aHigh, bHigh).op('f64x2.sub')
  times(aLow, bHigh).op('f64x2.sub')
  times(aHigh, bLow).op('f64x2.sub')
  // The correction, in `rest`.
  code.op('f64x2.sub').op('f64x2.sub').get(rest).op('f64x2.add').get(power).op('f64x2.div').set(rest)
  const corrected = (margin: number): Code =>
    code
      .get(quotient)
      .get(rest)
      .f64(1 + margin)
      .op('f64x2.splat')
      .op('f64x2.mul')
      .op('f64x2.add')
  corrected(2 ** -40).tee(a)
  corrected(-(2 ** -40))
    .op('f64x2.eq')
    .op('i64x2.bitmask')
    .set(exact)
  code.get(a)
}
