import { malformed, MAX_RECORD_BYTES, PendingBytes, type RecordSplitter, tooLarge } from './record-splitter.ts'

/** The file is one protobuf message: one record. */
export function createProtobufSplitter(): RecordSplitter {
  const pending = new PendingBytes()
  return {
    contentType: 'application/x-protobuf',
    separator: '',
    push(bytes) {
      pending.add(bytes)
      if (pending.length > MAX_RECORD_BYTES) throw tooLarge(1)
      return []
    },
    end: () => [pending.take()],
  }
}

/** Protobuf messages, each after its length as a varint (`writeDelimitedTo`). The records keep their lengths. */
export function createDelimitedSplitter(): RecordSplitter {
  const pending = new PendingBytes()
  let records = 0

  /** The whole size of the message at `at`, its length included, or undefined where the bytes end before that is known. */
  function sizeAt(bytes: Uint8Array, at: number): number | undefined {
    let length = 0
    for (let i = 0; at + i < bytes.length; i++) {
      const byte = bytes[at + i]!
      length += (byte & 127) * 2 ** (7 * i)
      if (length > MAX_RECORD_BYTES || i > 4) throw tooLarge(records + 1)
      if (byte < 128) return i + 1 + length
    }
    return undefined
  }

  let wanted = 1
  return {
    contentType: 'application/x-protobuf-delimited',
    separator: '',
    push(chunk) {
      pending.add(chunk)
      if (pending.length < wanted) return []
      const bytes = pending.take()
      const found: Uint8Array[] = []
      let at = 0
      wanted = 1
      while (at < bytes.length) {
        const size = sizeAt(bytes, at)
        if (size === undefined || at + size > bytes.length) {
          wanted = size ?? 1
          break
        }
        found.push(bytes.subarray(at, at + size))
        records++
        at += size
      }
      pending.add(bytes.subarray(at))
      return found
    },
    end() {
      if (pending.length > 0) throw malformed(`the file ends in the middle of record ${records + 1}`)
      return []
    },
  }
}
