const HEX = 'hex:'
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/** A record's key as text, from which `keyBytes` gets the same bytes back: the text that it is, or its bytes in hexadecimal. */
export function keyText(bytes: Uint8Array): string {
  try {
    const text = decoder.decode(bytes)
    if (!text.startsWith(HEX)) return text
  } catch {
    // Not text.
  }
  return HEX + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The bytes of a key that `keyText` made text. */
export function keyBytes(text: string): Uint8Array {
  if (!text.startsWith(HEX)) return encoder.encode(text)
  const pairs = text.slice(HEX.length).match(/../g) ?? []
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16))
}
