/** Writes a varint without a sign, as lengths and tags are in the Kafka protocol, and returns where it ends. It takes up to five bytes. */
export function writeUnsigned(to: Buffer, at: number, value: number): number {
  let next = at
  let rest = value
  for (; rest > 127; rest >>>= 7) to[next++] = (rest & 127) | 128
  to[next++] = rest
  return next
}
