import { ARCHIVE_LIMITS, type ArchiveFiles, archiveTooLarge, malformedArchive, safePath } from './limits.ts'

const BLOCK = 512
const CHECKSUM = { at: 148, size: 8 } as const

/** Whether the bytes begin like a tar archive. */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= BLOCK && sumOf(bytes, 0) === numberIn(bytes, CHECKSUM.at, CHECKSUM.size)
}

/** The plain files of a tar archive (POSIX ustar, with GNU and pax long names). Links and devices are passed over. */
export function readTar(bytes: Uint8Array): ArchiveFiles {
  const files = new Map<string, Uint8Array>()
  let longName: string | undefined
  let at = 0
  for (; at + BLOCK <= bytes.length;) {
    if (bytes.subarray(at, at + BLOCK).every((byte) => byte === 0)) return files
    if (sumOf(bytes, at) !== numberIn(bytes, at + CHECKSUM.at, CHECKSUM.size)) throw malformedArchive('the checksum of a header is wrong')
    const size = numberIn(bytes, at + 124, 12)
    if (!(size >= 0 && at + BLOCK + size <= bytes.length)) throw malformedArchive(`a file of ${size} bytes is cut off`)
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size)
    const type = String.fromCharCode(bytes[at + 156]!)
    if (type === 'L') longName = textIn(bytes, at + BLOCK, size)
    else if (type === 'x') longName = paxPath(content) ?? longName
    else {
      const path = safePath(longName ?? nameIn(bytes, at))
      longName = undefined
      if ((type === '0' || type === '\0') && path !== undefined) files.set(path, content)
      if (files.size > ARCHIVE_LIMITS.files) throw archiveTooLarge()
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  throw malformedArchive('it is cut short')
}

function sumOf(bytes: Uint8Array, at: number): number {
  let sum = 0
  for (let i = 0; i < BLOCK; i++) sum += i >= CHECKSUM.at && i < CHECKSUM.at + CHECKSUM.size ? 32 : bytes[at + i]!
  return sum
}

function nameIn(bytes: Uint8Array, at: number): string {
  const name = textIn(bytes, at, 100)
  const prefix = textIn(bytes, at + 257, 5) === 'ustar' ? textIn(bytes, at + 345, 155) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

function paxPath(bytes: Uint8Array): string | undefined {
  return /(?:^|\n)\d+ path=(.*)\n/.exec(new TextDecoder().decode(bytes))?.[1]
}

function textIn(bytes: Uint8Array, at: number, length: number): string {
  const part = bytes.subarray(at, at + length)
  const end = part.indexOf(0)
  return new TextDecoder().decode(end < 0 ? part : part.subarray(0, end))
}

function numberIn(bytes: Uint8Array, at: number, length: number): number {
  return Number.parseInt(textIn(bytes, at, length).trim() || '0', 8)
}
