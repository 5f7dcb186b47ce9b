/** The state of a generator: four words of 32 bits. */
export type RandomWords = Int32Array

/** The state that a generator begins with, from a seed of any size. */
export function randomWords(seed: number): RandomWords {
  // SplitMix32 spreads the seed over the state.
  let mixed = (seed ^ Math.floor(seed / 2 ** 32)) | 0
  return Int32Array.from({ length: 4 }, () => {
    mixed = (mixed + 0x9e3779b9) | 0
    let z = mixed ^ (mixed >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    return z ^ (z >>> 15)
  })
}

/** Uniform numbers in [0, 1) with 53 bits (xoshiro128**), for the engines of a document in turn: each has words of its own. */
export class RandomSource {
  /** Whose turn it is. They change with each number. */
  words: RandomWords = randomWords(0)

  readonly next = (): number => ((bits(this.words) >>> 5) * 67108864 + (bits(this.words) >>> 6)) / 9007199254740992
}

function bits(words: RandomWords): number {
  const product = Math.imul(words[1]!, 5)
  const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
  const shifted = words[1]! << 9
  words[2]! ^= words[0]!
  words[3]! ^= words[1]!
  words[1]! ^= words[2]!
  words[0]! ^= words[3]!
  words[2]! ^= shifted
  words[3] = (words[3]! << 11) | (words[3]! >>> 21)
  return result
}
