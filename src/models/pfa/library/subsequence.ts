/**
 * The bounds that a start and an end, which count from the end where they are negative, mean in a sequence of this length:
 * `0 <= from <= to <= length`, as Python's slices.
 */
export function bounds(length: number, start: number, end: number): readonly [from: number, to: number] {
  const from = clamp(start < 0 ? length + start : start, length)
  const to = clamp(end < 0 ? length + end : end, length)
  return [from, Math.max(from, to)]
}

function clamp(index: number, length: number): number {
  return Math.max(0, Math.min(length, index))
}
