import { regularExpression } from '../../onnx/preparation/regular-expression.ts'
import type { StepAttributes } from '../../onnx/preparation/steps.ts'
import type { DataType } from '../data-types.ts'
import type { OpContext } from '../graph/op-context.ts'
import type { Tensor } from '../graph/value.ts'
import { type OpEntry, type OpTable } from './op-table.ts'

/** What is done with each text before the graph runs, and what comes of it. */
function eachText(op: OpContext, step: string, attributes: StepAttributes = {}): Tensor[] {
  return ofFirst(op, step, { type: 'string', attributes })
}

function ofFirst(op: OpContext, step: string, { type, attributes }: { type: DataType; attributes: StepAttributes }): Tensor[] {
  const { shape } = op.tensor(0)
  return op.prepare(step, [{ type, ...(shape !== undefined && { shape }) }], attributes)
}

/** For ops that ONNX lacks: they are done before the graph runs. */
function notInGraph(op: OpContext): never {
  throw op.unsupported('works on texts that the graph computes; only inputs, and texts made of them by such ops, are supported')
}

const PARTS: readonly Pick<Tensor, 'type' | 'shape'>[] = [
  { type: 'int64', shape: [null, 2] },
  { type: 'string', shape: [null] },
  { type: 'int64', shape: [2] },
]

/** Checks a pattern while the model loads. */
function replacement(op: OpContext, pattern: string, rewrite: string): Tensor[] {
  regularExpression(pattern)
  return op.body.preparation.add('replace', [op.tensor(0)], {
    attributes: { pattern, rewrite, all: op.attribute('replace_global').bool ?? true },
    outputs: [{ type: 'string', ...(op.tensor(0).shape !== undefined && { shape: op.tensor(0).shape }) }],
  })
}

function constantText(op: OpContext, at: number, what: string): string {
  const text = op.tensor(at).constant?.texts?.[0]
  if (text === undefined) throw op.unsupported(`takes ${what} that is computed; it must be constant`)
  return new TextDecoder().decode(text)
}

function buckets(op: OpContext): number {
  const count = op.int('num_buckets')
  if (count < 1) throw op.malformed(`has ${count} buckets`)
  return count
}

const changeCase = (action: 'LOWER' | 'UPPER'): OpEntry => ({
  prepare: (op) => eachText(op, action.toLowerCase(), { ascii: op.text('encoding') === '' }),
  convert: (op) => {
    const x = op.tensor(0)
    if (op.text('encoding') === '') {
      // Without an encoding only the letters of ASCII change; ONNX changes all.
      throw op.unsupported("changes the case of ASCII letters only; give it encoding='utf-8'")
    }
    // StringNormalizer takes a list.
    const list = op.add('Reshape', [x, op.axes([-1])])
    const changed = op.add('StringNormalizer', [list], { attributes: { case_change_action: action, is_case_sensitive: 1 } })
    return op.add('Reshape', [changed, op.add('Shape', [x], { type: 'int64' })])
  },
})

function asText(op: OpContext): Tensor {
  const x = op.tensor(0)
  if (!x.type.includes('int')) throw op.unsupported(`makes texts of ${x.type}; only integers are supported`)
  if (op.text('fill') !== '' || op.int('width', -1) > 0) throw op.unsupported('fills texts up to a width')
  return op.cast(x, 'string')
}

function isPlainInteger(op: OpContext): boolean {
  return op.tensor(0).type.includes('int') && op.text('fill') === '' && op.int('width', -1) <= 0
}

/** The key of two words. Beyond 2^53 it would be another. */
function keyOf(op: OpContext): readonly number[] {
  const key = op.ints('key')
  if (key.length !== 2) throw op.malformed(`has a key of ${key.length} numbers`)
  if (!key.every(Number.isSafeInteger)) throw op.unsupported('has a key beyond 2^53')
  return [...key]
}

function joined(op: OpContext): Tensor {
  const [first, ...rest] = op.tensors()
  const between = op.text('separator')
  const separator: Tensor = {
    kind: 'tensor',
    type: 'string',
    constant: { type: 'string', shape: [], raw: new Uint8Array(0), texts: [new TextEncoder().encode(between)] },
    shape: [],
  }
  return rest.reduce(
    (text, next) => op.add('StringConcat', [between === '' ? text : op.add('StringConcat', [text, separator]), next]),
    first!,
  )
}

/** Ops on texts: those that ONNX has, and those that can be done before. */
export const TEXTS: OpTable = {
  StringLower: changeCase('LOWER'),
  StringUpper: changeCase('UPPER'),
  StringStrip: { convert: notInGraph, prepare: (op) => eachText(op, 'strip') },
  StaticRegexReplace: {
    convert: notInGraph,
    prepare: (op) => replacement(op, op.text('pattern'), op.text('rewrite')),
    note: 'patterns that repeat what itself repeats or has choices',
  },
  RegexReplace: {
    convert: notInGraph,
    prepare: (op) => replacement(op, constantText(op, 1, 'a pattern'), constantText(op, 2, 'a rewrite')),
  },
  StringSplit: {
    convert: notInGraph,
    prepare: (op) => {
      if (!/^[\0-\x7f]+$/.test(constantText(op, 1, 'a delimiter'))) throw op.unsupported('splits at other than characters of ASCII')
      return op.prepare('splitAny', PARTS, { skipsEmpty: op.attribute('skip_empty').bool ?? true })
    },
    note: 'into bytes',
  },
  StringSplitV2: { convert: notInGraph, prepare: (op) => op.prepare('splitEach', PARTS, { maxSplits: op.int('maxsplit', -1) }) },
  StringToHashBucketFast: {
    convert: notInGraph,
    prepare: (op) => ofFirst(op, 'hashFast', { type: 'int64', attributes: { buckets: buckets(op) } }),
  },
  StringToHashBucketStrong: {
    convert: notInGraph,
    prepare: (op) => ofFirst(op, 'hashStrong', { type: 'int64', attributes: { buckets: buckets(op), key: keyOf(op) } }),
  },
  StringJoin: {
    convert: joined,
    prepare: (op) => {
      const whole = op.tensors().filter((one) => one.shape?.length !== 0)
      if (whole.length > 1 && whole.some((one) => one.shape === undefined)) return undefined
      const shape = (whole[0] ?? op.tensor(0)).shape
      return op.prepare('join', [{ type: 'string', ...(shape !== undefined && { shape }) }], { separator: op.text('separator') })
    },
  },
  StringToNumber: { convert: (op) => op.cast(op.tensor(0), op.type('out_type', 'float32')) },
  AsString: {
    convert: asText,
    prepare: (op) => (isPlainInteger(op) ? ofFirst(op, 'integerText', { type: 'string', attributes: {} }) : undefined),
    note: 'of other than integers',
  },
  StaticRegexFullMatch: {
    convert: (op) => op.add('RegexFullMatch', [op.tensor(0)], { type: 'bool', attributes: { pattern: op.text('pattern') } }),
  },
}
