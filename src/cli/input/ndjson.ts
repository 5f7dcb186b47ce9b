import { MAX_RECORD_BYTES, PendingBytes, type RecordSplitter, tooLarge } from './record-splitter.ts'

const NEWLINE = 10

/** Newline-delimited JSON: one record a line, blank lines left out. What a line holds is for the node to judge. */
export function createNdjsonSplitter(): RecordSplitter {
  const pending = new PendingBytes()
  let lines = 0
  let found: number[] = []

  function line(bytes: Uint8Array): Uint8Array[] {
    lines++
    let [start, end] = [0, bytes.length]
    if (lines === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) start = 3
    while (end > start && bytes[end - 1]! <= 32) end--
    while (start < end && bytes[start]! <= 32) start++
    if (start === end) return []
    found.push(lines)
    return [bytes.subarray(start, end)]
  }

  return {
    contentType: 'application/x-ndjson',
    separator: '\n',
    get lines() {
      return found
    },
    push(bytes) {
      found = []
      const records: Uint8Array[] = []
      let at = 0
      for (let newline = bytes.indexOf(NEWLINE); newline >= 0; newline = bytes.indexOf(NEWLINE, at)) {
        pending.add(bytes.subarray(at, newline))
        records.push(...line(pending.take()))
        at = newline + 1
      }
      pending.add(bytes.subarray(at))
      if (pending.length > MAX_RECORD_BYTES) throw tooLarge(lines + 1)
      return records
    },
    end() {
      found = []
      return line(pending.take())
    },
  }
}
