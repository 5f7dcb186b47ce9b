import { malformed, MAX_RECORD_BYTES, PendingBytes, type RecordSplitter, tooLarge } from './record-splitter.ts'

const CHAR = {
  newline: 10,
  return: 13,
  quote: 34,
  comma: 44,
  open: 91,
  backslash: 92,
  close: 93,
  openObject: 123,
  closeObject: 125,
} as const
const SPACE = 32

/**
 * JSON (RFC 8259) as objects in one array, or one after the other: each object is a record. The file is cut between the
 * objects without being parsed; what an object holds is for the node to judge.
 */
export function createJsonSplitter(): RecordSplitter {
  const pending = new PendingBytes()
  /** How deep in brackets; an array around the objects does not count. */
  let depth = 0
  let inString = false
  let escaped = false
  let around: 'unknown' | 'array' | 'none' | 'closed' = 'unknown'
  let records = 0
  let position = 0

  function between(byte: number): void {
    if (byte <= SPACE || (position < 3 && byte >= 0xbb)) return
    if (around === 'unknown') around = byte === CHAR.open ? 'array' : 'none'
    else if (byte === CHAR.close && around === 'array') around = 'closed'
    else if (around === 'closed') throw malformed(`byte ${position} stands after the end of the array`)
    else if (byte !== CHAR.comma && byte !== CHAR.openObject) throw notAnObject()
    if (around === 'none' && byte !== CHAR.openObject) throw notAnObject()
  }

  function notAnObject() {
    return malformed(`record ${records + 1}, at byte ${position}, is not a JSON object`)
  }

  return {
    contentType: 'application/x-ndjson',
    separator: '\n',
    push(bytes) {
      const found: Uint8Array[] = []
      let start = 0
      for (let i = 0; i < bytes.length; i++, position++) {
        const byte = bytes[i]!
        if (depth === 0) {
          between(byte)
          if (byte !== CHAR.openObject) continue
          start = i
          depth = 1
        } else if (inString) {
          if (escaped) escaped = false
          else if (byte === CHAR.backslash) escaped = true
          else if (byte === CHAR.quote) inString = false
        } else if (byte === CHAR.quote) inString = true
        else if (byte === CHAR.openObject || byte === CHAR.open) depth++
        else if ((byte === CHAR.closeObject || byte === CHAR.close) && --depth === 0) {
          pending.add(bytes.subarray(start, i + 1))
          found.push(onOneLine(pending.take()))
          records++
        }
      }
      if (depth > 0) pending.add(bytes.subarray(start))
      if (pending.length > MAX_RECORD_BYTES) throw tooLarge(records + 1)
      return found
    },
    end() {
      if (depth > 0 || around === 'array') throw malformed(`the file ends in the middle of record ${records + 1}`)
      return []
    },
  }
}

/** Line breaks can only be white space between tokens: in a string of JSON they are escaped. */
function onOneLine(bytes: Uint8Array): Uint8Array {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === CHAR.newline || bytes[i] === CHAR.return) bytes[i] = SPACE
  return bytes
}
