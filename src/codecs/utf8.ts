/**
 * The bytes that the character at `at` takes in UTF-8, 2 to 4, where its first byte is not ASCII; 0 where it is not well-formed:
 * cut off, overlong, a surrogate or beyond U+10FFFF (The Unicode Standard, table 3-7).
 */
export function utf8Width(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!
  if (first < 0xc2 || first > 0xf4) return 0
  const width = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (at + width > end) return 0
  const second = bytes[at + 1]!
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < lowest || second > highest) return 0
  for (let i = 2; i < width; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0
  return width
}
