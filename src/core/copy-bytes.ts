const LOOP_LIMIT = 30

/**
 * Copies `length` bytes between two arrays. Short runs are copied in a loop, since a native call and the view that it
 * needs cost more than a few bytes do.
 */
export function copyBytes(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number, length: number): void {
  if (length <= LOOP_LIMIT) {
    for (let i = 0; i < length; i++) to[toAt + i] = from[fromAt + i]!
  } else to.set(from.subarray(fromAt, fromAt + length), toAt)
}
