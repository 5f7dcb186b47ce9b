/** The beginnings of these bytes, of several lengths, none complete. */
export function truncations(title: string, bytes: Uint8Array): { title: string; bytes: Uint8Array }[] {
  return [0.1, 0.25, 0.5, 0.75, 0.9].map((part) => ({
    title: `${title} cut at ${part * 100}%`,
    bytes: bytes.slice(0, Math.floor(bytes.length * part)),
  }))
}

/** Copies with one byte, or a few in a row, changed: 64 places, evenly over the bytes, the changes from a fixed sequence. */
export function* damaged(bytes: Uint8Array): Generator<Uint8Array> {
  let state = 12345
  for (let i = 0; i < 64; i++) {
    const copy = bytes.slice()
    const at = Math.floor((i * bytes.length) / 64)
    for (let k = 0; k <= i % 3 && at + k < copy.length; k++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      copy[at + k] = copy[at + k]! ^ (1 + ((state >>> 16) % 255))
    }
    yield copy
  }
}
