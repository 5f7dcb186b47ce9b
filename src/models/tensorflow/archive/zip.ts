import { crc32, inflateRawSync } from 'node:zlib'
import { SluiceError } from '../../../core/errors.ts'
import { ARCHIVE_LIMITS, type ArchiveFiles, archiveTooLarge, malformedArchive, safePath, unpackedLimit } from './limits.ts'

const END = { signature: 0x06054b50, size: 22, comment: 65_535 } as const
const ENTRY = { signature: 0x02014b50, size: 46 } as const
const LOCAL = { signature: 0x04034b50, size: 30 } as const
const METHOD = { stored: 0, deflated: 8 } as const
const ENCRYPTED = 1

/** The files of a zip archive (APPNOTE.TXT), stored or deflated; without Zip64. Throws `model.malformed`, `model.unsupported`, `model.too-large`. */
export function readZip(bytes: Uint8Array): ArchiveFiles {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = findEnd(view)
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  if (count === 0xffff || at === 0xffffffff)
    throw new SluiceError('model.unsupported', 'the archive is a Zip64; use tar.gz, or a smaller zip')
  if (count > ARCHIVE_LIMITS.files) throw archiveTooLarge()
  const files = new Map<string, Uint8Array>()
  let total = 0
  for (let i = 0; i < count; i++) {
    if (at + ENTRY.size > end || view.getUint32(at, true) !== ENTRY.signature)
      throw malformedArchive('an entry of its directory is not there')
    const [nameLength, extra, comment] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)]
    const path = safePath(new TextDecoder().decode(bytes.subarray(at + ENTRY.size, at + ENTRY.size + nameLength)))
    if (path !== undefined) {
      total += view.getUint32(at + 24, true)
      if (total > unpackedLimit(bytes.length)) throw archiveTooLarge()
      if (files.has(path)) throw malformedArchive(`it has '${path}' twice`)
      files.set(path, unpack(view, at, path))
    }
    at += ENTRY.size + nameLength + extra + comment
  }
  return files
}

function findEnd(view: DataView): number {
  for (let at = view.byteLength - END.size; at >= Math.max(0, view.byteLength - END.size - END.comment); at--) {
    if (view.getUint32(at, true) === END.signature) return at
  }
  throw malformedArchive('it has no directory')
}

function unpack(view: DataView, entry: number, path: string): Uint8Array {
  const method = view.getUint16(entry + 10, true)
  const [checksum, packed, size] = [view.getUint32(entry + 16, true), view.getUint32(entry + 20, true), view.getUint32(entry + 24, true)]
  const local = view.getUint32(entry + 42, true)
  if ((view.getUint16(entry + 8, true) & ENCRYPTED) !== 0)
    throw new SluiceError('model.unsupported', `'${path}' of the archive is encrypted`)
  if (local + LOCAL.size > view.byteLength || view.getUint32(local, true) !== LOCAL.signature)
    throw malformedArchive(`'${path}' is not there`)
  const start = local + LOCAL.size + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
  if (start + packed > view.byteLength) throw malformedArchive(`'${path}' is cut off`)
  const content = new Uint8Array(view.buffer, view.byteOffset + start, packed)
  const file = method === METHOD.stored ? content : method === METHOD.deflated ? inflate(content, size, path) : undefined
  if (file === undefined)
    throw new SluiceError('model.unsupported', `'${path}' of the archive is compressed with method ${method}; use deflate`)
  if (file.length !== size || crc32(file) !== checksum) throw malformedArchive(`'${path}' is not what its directory says`)
  return file
}

function inflate(content: Uint8Array, size: number, path: string): Uint8Array {
  try {
    return inflateRawSync(content, { maxOutputLength: Math.max(1, size) })
  } catch (cause) {
    throw malformedArchive(`'${path}' can't be decompressed to ${size} bytes`, cause)
  }
}
