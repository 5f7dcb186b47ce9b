import { wrapLong } from '../values/long.ts'
import type { Long, RecordValue, Value } from '../values/value.ts'
import type { CallSite, LibraryFunction } from './library-function.ts'

const HIGH_LOW = 'high must be greater than low'
const EMPTY_POPULATION = 'population must not be empty'

/** A random whole number at least 0 and below a positive limit. */
function below(site: CallSite, limit: number): number {
  return Math.min(limit - 1, Math.floor(site.engine.random() * limit))
}

/** 64 random bits. */
function bits64(site: CallSite): bigint {
  return (BigInt(below(site, 2 ** 32)) << 32n) | BigInt(below(site, 2 ** 32))
}

function longBetween(site: CallSite, low: bigint, high: bigint): Long {
  // 128 bits keep the remainder's bias far below what anyone could see.
  const wide = (bits64(site) << 64n) | bits64(site)
  return wrapLong(low + (wide % (high - low)))
}

/** A row for a real number between two; the result is rounded to its type and never reaches `high` but by that rounding. */
function real(name: string, code: number, round: (x: number) => number): LibraryFunction {
  return {
    name: `rand.${name}`,
    signatures: [`(low: ${name}, high: ${name}) -> ${name}`],
    errors: { [code]: HIGH_LOW },
    build: (site) => (low: number, high: number) => (high <= low ? site.fail(code) : round(low + site.engine.random() * (high - low))),
  }
}

/** The first items of an array after a shuffle of as many (Fisher and Yates). */
export function shuffled(site: CallSite, items: readonly Value[], size: number): Value[] {
  const out = items.slice()
  for (let i = 0; i < size; i++) {
    const j = i + below(site, out.length - i)
    const item = out[i]
    out[i] = out[j]
    out[j] = item
  }
  return out.slice(0, size)
}

/** An index by weights, which are checked: not all zero (34070), finite (34071) and none negative (34072). */
function byWeight(site: CallSite, weights: readonly number[]): number {
  let total = 0
  for (const weight of weights) {
    if (!Number.isFinite(weight)) return site.fail(34071)
    if (weight < 0) return site.fail(34072)
    total += weight
  }
  if (total === 0) return site.fail(34070)
  let left = site.engine.random() * total
  let last = 0
  for (const [i, weight] of weights.entries()) {
    if (weight === 0) continue
    if (left < weight) return i
    left -= weight
    last = i
  }
  return last
}

/** Normal, by Box and Muller. */
function gaussian(site: CallSite, mu: number, sigma: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - site.engine.random()))
  return mu + sigma * radius * Math.cos(2 * Math.PI * site.engine.random())
}

function uuid(site: CallSite): string {
  const hex = ((bits64(site) << 64n) | bits64(site)).toString(16).padStart(32, '0')
  const variant = '89ab'[below(site, 4)]!
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
}

/** PFA 0.8.1, Random library (`rand.*`), but for strings and bytes. */
export const RANDOM: readonly LibraryFunction[] = [
  {
    name: 'rand.int',
    signatures: ['() -> int', '(low: int, high: int) -> int'],
    errors: { 34000: HIGH_LOW },
    build: (site) => {
      if (site.signature === 0) return () => below(site, 2 ** 32) - 2 ** 31
      return (low: number, high: number) => (high <= low ? site.fail(34000) : low + below(site, high - low))
    },
  },
  {
    name: 'rand.long',
    signatures: ['() -> long', '(low: long, high: long) -> long'],
    errors: { 34010: HIGH_LOW },
    build: (site) => {
      if (site.signature === 0) return () => wrapLong(bits64(site))
      return (low: Long, high: Long) => (high <= low ? site.fail(34010) : longBetween(site, BigInt(low), BigInt(high)))
    },
  },
  real('float', 34020, Math.fround),
  real('double', 34030, (x) => x),
  {
    name: 'rand.choice',
    signatures: ['(population: array(any A)) -> A'],
    errors: { 34040: EMPTY_POPULATION },
    build: (site) => (population: Value[]) => (population.length === 0 ? site.fail(34040) : population[below(site, population.length)]),
  },
  {
    name: 'rand.choices',
    signatures: ['(size: int, population: array(any A)) -> array(A)'],
    errors: { 34050: EMPTY_POPULATION },
    build: (site) => (size: number, population: Value[]) => {
      if (population.length === 0) return site.fail(34050)
      site.engine.checkSize(size)
      return Array.from({ length: Math.max(0, size) }, () => population[below(site, population.length)])
    },
  },
  {
    name: 'rand.sample',
    signatures: ['(size: int, population: array(any A)) -> array(A)'],
    errors: { 34060: EMPTY_POPULATION, 34061: 'population smaller than requested subsample' },
    build: (site) => (size: number, population: Value[]) => {
      if (population.length === 0) return site.fail(34060)
      return population.length < size ? site.fail(34061) : shuffled(site, population, Math.max(0, size))
    },
  },
  {
    name: 'rand.histogram',
    signatures: ['(distribution: array(double)) -> int', '(distribution: array(record A{prob: double})) -> A'],
    errors: {
      34070: 'distribution must be non-empty',
      34071: 'distribution must be finite',
      34072: 'distribution must be non-negative',
    },
    build: (site) => {
      if (site.signature === 0) return (distribution: number[]) => byWeight(site, distribution)
      return (distribution: RecordValue[]) => {
        const weights = distribution.map((item) => item['prob'] as number)
        return distribution[byWeight(site, weights)]
      }
    },
  },
  { name: 'rand.uuid', signatures: ['() -> string'], build: (site) => () => uuid(site) },
  { name: 'rand.uuid4', signatures: ['() -> string'], build: (site) => () => uuid(site) },
  {
    name: 'rand.gaussian',
    signatures: ['(mu: double, sigma: double) -> double'],
    build: (site) => (mu: number, sigma: number) => gaussian(site, mu, sigma),
  },
]
