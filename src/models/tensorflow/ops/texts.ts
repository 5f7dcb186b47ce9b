import type { OpContext } from '../graph/op-context.ts'
import type { Tensor } from '../graph/value.ts'
import { type OpEntry, type OpTable } from './op-table.ts'

const changeCase = (action: 'LOWER' | 'UPPER'): OpEntry => ({
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

/** Ops on texts, where ONNX has them. */
export const TEXTS: OpTable = {
  StringLower: { ...changeCase('LOWER'), note: 'without encoding utf-8' },
  StringUpper: { ...changeCase('UPPER'), note: 'without encoding utf-8' },
  StringJoin: { convert: joined },
  StringToNumber: { convert: (op) => op.cast(op.tensor(0), op.type('out_type', 'float32')) },
  AsString: { convert: asText, note: 'of other than integers' },
  StaticRegexFullMatch: {
    convert: (op) => op.add('RegexFullMatch', [op.tensor(0)], { type: 'bool', attributes: { pattern: op.text('pattern') } }),
  },
}
