import { Tensor } from 'onnxruntime-node'
import { farmHash64 } from './farm-hash.ts'
import { regularExpression, replaceIn } from './regular-expression.ts'
import { sipHash64 } from './sip-hash.ts'
import { splitAtAny, splitAtEach } from './split-text.ts'

export type StepAttributes = Readonly<Record<string, string | number | boolean | readonly number[]>>
type Step = (attributes: StepAttributes) => (inputs: readonly Tensor[]) => readonly Tensor[]

const textsOf = (tensor: Tensor): readonly string[] => tensor.data as string[]
const numbersOf = (tensor: Tensor): number[] => Array.from(tensor.data as Float64Array | BigInt64Array, Number)
const textTensor = (texts: readonly string[], dims: readonly number[]): Tensor => new Tensor('string', [...texts], dims)
const reshaped = (tensor: Tensor, dims: readonly number[]): Tensor => new Tensor(tensor.type, tensor.data, dims)

/** A step that makes a text of each. */
const eachText =
  (prepare: (attributes: StepAttributes) => (text: string) => string): Step =>
  (attributes) => {
    const change = prepare(attributes)
    return ([x]) => [textTensor(textsOf(x!).map(change), x!.dims)]
  }

/** A step that makes a 64-bit number of each text's bytes. Texts repeat: each is worked on once a call. */
const eachNumber =
  (prepare: (attributes: StepAttributes) => (bytes: Uint8Array) => bigint): Step =>
  (attributes) => {
    const compute = prepare(attributes)
    const encoder = new TextEncoder()
    return ([x]) => {
      const known = new Map<string, bigint>()
      const values = BigInt64Array.from(textsOf(x!), (text) => {
        let value = known.get(text)
        if (value === undefined) known.set(text, (value = compute(encoder.encode(text))))
        return value
      })
      return [new Tensor('int64', values, x!.dims)]
    }
  }

const ascii = (letters: RegExp, change: (text: string) => string) => (text: string) => text.replace(letters, change)

/** Parts of texts as a sparse tensor: places, parts, and the shape. */
function sparse(parts: readonly (readonly string[])[]): readonly Tensor[] {
  const all = parts.flat()
  const places = new BigInt64Array(all.length * 2)
  let at = 0
  let longest = 0
  for (const [row, list] of parts.entries()) {
    longest = Math.max(longest, list.length)
    for (let i = 0; i < list.length; i++) {
      places[at++] = BigInt(row)
      places[at++] = BigInt(i)
    }
  }
  return [
    new Tensor('int64', places, [all.length, 2]),
    textTensor(all, [all.length]),
    new Tensor('int64', BigInt64Array.of(BigInt(parts.length), BigInt(longest)), [2]),
  ]
}

function has(mask: unknown, bit: number): boolean {
  return ((Number(mask) >> bit) & 1) === 1
}

/** What a preparation can do, by name. A step gets its attributes once and its inputs for every batch. */
export const STEPS: Readonly<Record<string, Step>> = {
  identity: () => (inputs) => inputs,
  lower: eachText(({ ascii: isAscii }) =>
    isAscii === true ? ascii(/[A-Z]+/g, (letters) => letters.toLowerCase()) : (text) => text.toLowerCase(),
  ),
  upper: eachText(({ ascii: isAscii }) =>
    isAscii === true ? ascii(/[a-z]+/g, (letters) => letters.toUpperCase()) : (text) => text.toUpperCase(),
  ),
  strip: eachText(() => (text) => text.replace(/^[ \t\n\v\f\r]+/, '').replace(/[ \t\n\v\f\r]+$/, '')),
  replace: eachText(({ pattern, rewrite, all }) => {
    const expression = regularExpression(String(pattern))
    return (text) => replaceIn(text, expression, { rewrite: String(rewrite), all: all === true })
  }),
  hashFast: eachNumber(({ buckets }) => {
    const count = BigInt(Number(buckets))
    return (bytes) => farmHash64(bytes) % count
  }),
  hashStrong: eachNumber(({ buckets, key }) => {
    const count = BigInt(Number(buckets))
    const [first, second] = (key as readonly number[]).map(BigInt) as [bigint, bigint]
    return (bytes) => sipHash64(bytes, [first, second]) % count
  }),
  integerText:
    () =>
    ([x]) => [textTensor(Array.from(x!.data as Int32Array | BigInt64Array, String), x!.dims)],
  join:
    ({ separator }) =>
    (inputs) => {
      const whole = inputs.find((one) => one.dims.length > 0) ?? inputs[0]!
      const texts = Array.from({ length: whole.size }, (_, i) =>
        inputs.map((one) => textsOf(one)[one.dims.length === 0 ? 0 : i]).join(String(separator)),
      )
      return [textTensor(texts, whole.dims)]
    },
  splitEach:
    ({ maxSplits }) =>
    ([x, separator]) =>
      sparse(textsOf(x!).map((text) => splitAtEach(text, textsOf(separator!)[0]!, Number(maxSplits)))),
  splitAny:
    ({ skipsEmpty }) =>
    ([x, separators]) =>
      sparse(textsOf(x!).map((text) => splitAtAny(text, textsOf(separators!)[0]!, skipsEmpty === true))),
  squeeze:
    ({ axes }) =>
    ([x]) => {
      const places = (axes as readonly number[]).map((axis) => (axis < 0 ? axis + x!.dims.length : axis))
      const dims = x!.dims.filter((size, i) => (places.length === 0 ? size !== 1 : !places.includes(i)))
      return [reshaped(x!, dims)]
    },
  expandDims:
    () =>
    ([x, axis]) => {
      const place = numbersOf(axis!)[0]!
      const at = place < 0 ? place + x!.dims.length + 1 : place
      return [reshaped(x!, x!.dims.toSpliced(at, 0, 1))]
    },
  reshape:
    () =>
    ([x, shape]) => {
      const sizes = numbersOf(shape!)
      const known = sizes.reduce((product, size) => (size < 0 ? product : product * size), 1)
      return [
        reshaped(
          x!,
          sizes.map((size) => (size < 0 ? x!.size / known : size)),
        ),
      ]
    },
  /** Python's x[begin:end:stride, …] for the first dimensions, of which those of `drop` (bits) have one place and go. */
  slice:
    ({ begins, ends, strides, openBegins, openEnds, drop }) =>
    ([x]) => {
      const of = (list: unknown, i: number): number => (list as readonly number[])[i]!
      const places = x!.dims.map((size, i) => {
        if (i >= (begins as readonly number[]).length) return Array.from({ length: size }, (_, place) => place)
        if (has(drop, i)) return [of(begins, i) < 0 ? of(begins, i) + size : of(begins, i)]
        const stride = of(strides, i)
        const [low, high] = stride > 0 ? [0, size] : [-1, size - 1]
        const bound = (value: number): number => Math.min(high, Math.max(low, value < 0 ? value + size : value))
        const begin = has(openBegins, i) ? (stride > 0 ? 0 : size - 1) : bound(of(begins, i))
        const end = has(openEnds, i) ? (stride > 0 ? size : -1) : bound(of(ends, i))
        return Array.from({ length: Math.max(0, Math.ceil((end - begin) / stride)) }, (_, k) => begin + k * stride)
      })
      if (places.some((list, i) => list.some((place) => place < 0 || place >= x!.dims[i]!)))
        throw new RangeError('a slice is out of bounds')
      let from = [0]
      for (const [i, list] of places.entries()) from = from.flatMap((at) => list.map((place) => at * x!.dims[i]! + place))
      const dims = places.map((list) => list.length).filter((_, i) => !has(drop, i))
      const texts = textsOf(x!)
      return [
        textTensor(
          from.map((at) => texts[at]!),
          dims,
        ),
      ]
    },
}
