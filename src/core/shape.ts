/** How many values a vector of this shape has. */
export function sizeOfShape(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/**
 * Whether nested lists, whose lengths from the outside in are `lengths`, hold the values of a vector of this shape in row-major order. Lists
 * of one are as good as what is in them; a vector may always stand as one list, and one that has a single dimension as any lists.
 */
export function fitsShape(lengths: readonly number[], shape: readonly number[]): boolean {
  if (sizeOfShape(lengths) !== sizeOfShape(shape)) return false
  const found = lengths.filter((length) => length !== 1)
  const wanted = shape.filter((size) => size !== 1)
  return found.length <= 1 || wanted.length <= 1 || (found.length === wanted.length && found.every((length, i) => length === wanted[i]))
}

/** A path to one value of a list, such as `features[3]`, as the list's path and the value's place; undefined for other paths. */
export function elementOfPath(path: string): { readonly path: string; readonly at: number } | undefined {
  const match = /^(.+)\[(\d{1,5})\]$/.exec(path)
  return match === null ? undefined : { path: match[1]!, at: Number(match[2]) }
}
