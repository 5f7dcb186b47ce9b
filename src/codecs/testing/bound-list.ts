import type { BoundField } from '../../core/codec.ts'
import type { Field } from '../../core/frame.ts'
import { sizeOfShape } from '../../core/shape.ts'

/** For tests: the fields of a vector of numbers that a list of the record feeds. */
export function boundList(name: string, shape: readonly number[], binding: Partial<BoundField> = {}): BoundField[] {
  const vector = { name, shape }
  return Array.from({ length: sizeOfShape(shape) }, (_, at) => {
    const field: Field = { name: `${name}[${at}]`, type: 'number', required: true, vector }
    return { field, path: name, list: { at, shape }, ...binding }
  })
}
