import { numbersOf, tensorOf } from '../const-tensor.ts'
import type { OpContext } from '../graph/op-context.ts'
import { constantValue, type Tensor } from '../graph/value.ts'

const MOST = 1000

/**
 * Computes with small constant integers: axes, permutations and shapes are made of them, which other ops must know. Undefined where
 * an input is none, or their shapes differ and neither is a single number.
 */
export function foldIntegers(op: OpContext, compute: (a: number, b: number) => number): Tensor | undefined {
  const [a, b] = op.tensors(0, 2) as [Tensor, Tensor]
  if (a.constant === undefined || b.constant === undefined || !/^int(32|64)$/.test(a.type)) return undefined
  const [as, bs] = [numbersOf(a.constant)!, numbersOf(b.constant)!]
  const [shape, other] = as.length >= bs.length ? [a.constant.shape, b.constant.shape] : [b.constant.shape, a.constant.shape]
  const fits = other.length === 0 || (other.length === shape.length && other.every((size, i) => size === shape[i]))
  const count = Math.max(as.length, bs.length)
  if (!fits || count > MOST) return undefined
  const values = Array.from({ length: count }, (_, i) => compute(as.length === 1 ? as[0]! : as[i]!, bs.length === 1 ? bs[0]! : bs[i]!))
  const limit = a.type === 'int32' ? 2 ** 31 : Number.MAX_SAFE_INTEGER
  return values.every((value) => Number.isInteger(value) && Math.abs(value) < limit)
    ? constantValue(tensorOf(a.type, shape, values))
    : undefined
}
