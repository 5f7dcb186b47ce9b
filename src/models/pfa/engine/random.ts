/** A generator of uniform numbers in [0, 1) with 53 bits: xoshiro128**, from a seed of any size. */
export function createRandom(seed: number): () => number {
  // SplitMix32 spreads the seed over the state.
  let mixed = (seed ^ Math.floor(seed / 2 ** 32)) | 0
  const next = (): number => {
    mixed = (mixed + 0x9e3779b9) | 0
    let z = mixed ^ (mixed >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let [a, b, c, d] = [next(), next(), next(), next()]
  const bits = (): number => {
    const product = Math.imul(b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result
  }
  return () => ((bits() >>> 5) * 67108864 + (bits() >>> 6)) / 9007199254740992
}
