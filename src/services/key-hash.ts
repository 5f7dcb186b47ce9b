const SEED = 0x9747b28c

/** Kafka's murmur2 of a key as a positive number: the same key goes to the same partition as with Kafka's own clients. */
export function keyHash(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength)
  let hash = SEED ^ key.length
  let at = 0
  for (; at + 4 <= key.length; at += 4) {
    let word = Math.imul(view.getInt32(at, true), 0x5bd1e995)
    word = Math.imul(word ^ (word >>> 24), 0x5bd1e995)
    hash = Math.imul(hash, 0x5bd1e995) ^ word
  }
  const rest = key.length - at
  if (rest >= 3) hash ^= key[at + 2]! << 16
  if (rest >= 2) hash ^= key[at + 1]! << 8
  if (rest >= 1) hash = Math.imul(hash ^ key[at]!, 0x5bd1e995)
  hash = Math.imul(hash ^ (hash >>> 13), 0x5bd1e995)
  return (hash ^ (hash >>> 15)) & 0x7fffffff
}
