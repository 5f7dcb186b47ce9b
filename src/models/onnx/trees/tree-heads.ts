import type { Attribute } from './attributes.ts'

/** What is done with the numbers of a row before the trees see them (Scaler and Imputer of ai.onnx.ml), all in float32. */
export type TreeHead =
  | { readonly kind: 'scale'; readonly offset: readonly number[]; readonly scale: readonly number[] }
  | { readonly kind: 'impute'; readonly replaced: number; readonly values: readonly number[] }

/** The head that a node is. Undefined where it is none, or one that says something else than floats. */
export function headOf(operator: string, attributes: ReadonlyMap<string, Attribute>): TreeHead | undefined {
  const floats = (name: string): readonly number[] => attributes.get(name)?.floats ?? []
  if (operator === 'Scaler') {
    const [offset, scale] = [floats('offset'), floats('scale')]
    return offset.length > 0 && scale.length > 0 ? { kind: 'scale', offset, scale } : undefined
  }
  if (operator !== 'Imputer' || attributes.has('imputed_value_int64s')) return undefined
  const values = floats('imputed_value_floats')
  return values.length > 0 ? { kind: 'impute', replaced: floats('replaced_value_float')[0] ?? 0, values } : undefined
}

/** Whether the heads have a number for every column, or one for all. */
export function fitHeads(heads: readonly TreeHead[], width: number): boolean {
  const fits = (list: readonly number[]): boolean => list.length === 1 || list.length === width
  // ONNX Runtime wants an offset for each scale.
  return heads.every((head) => (head.kind === 'impute' ? fits(head.values) : fits(head.scale) && head.offset.length === head.scale.length))
}

/** Does it to so many rows of a matrix, in the order of the heads; the result is good until the next call. */
export function createHeads(heads: readonly TreeHead[], width: number): (matrix: Float64Array, rows: number) => Float64Array {
  const { fround } = Math
  const columns = heads.map((head) => {
    const spread = (list: readonly number[]): Float64Array =>
      Float64Array.from({ length: width }, (_, i) => list[list.length === 1 ? 0 : i]!)
    return head.kind === 'scale'
      ? { ...head, offset: spread(head.offset), scale: spread(head.scale) }
      : { ...head, values: spread(head.values), takesNaN: Number.isNaN(head.replaced) }
  })
  let made = new Float64Array(0)
  return (matrix, rows) => {
    const cells = rows * width
    if (made.length < cells) made = new Float64Array(cells)
    for (let i = 0; i < cells; i++) made[i] = fround(matrix[i]!)
    for (const head of columns) {
      for (let i = 0, column = 0; i < cells; i++, column = column + 1 === width ? 0 : column + 1) {
        const x = made[i]!
        if (head.kind === 'scale') made[i] = fround(fround(x - head.offset[column]!) * head.scale[column]!)
        else if (head.takesNaN ? Number.isNaN(x) : x === head.replaced) made[i] = head.values[column]!
      }
    }
    return made
  }
}
