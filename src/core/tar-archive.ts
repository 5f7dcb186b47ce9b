import { SluiceError } from './errors.ts'

export interface ArchivedFile {
  /** Relative, with `/` between. */
  readonly path: string
  readonly bytes: Uint8Array
}

const BLOCK = 512
const NAME = 100
const encoder = new TextEncoder()

/**
 * A tar archive (POSIX ustar, with GNU's long names) that depends on nothing but the paths and contents of the files: they are in the
 * order of their paths' bytes, as plain files that all may read, of nobody and from 1970.
 */
export function tarArchive(files: readonly ArchivedFile[]): Uint8Array<ArrayBuffer> {
  const named = files.map(({ path, bytes }) => ({ name: encoder.encode(path), bytes }))
  named.sort((a, b) => compareBytes(a.name, b.name))
  const longNames = named.filter(({ name }) => name.length > NAME)
  const blocks =
    named.reduce((sum, { bytes }) => sum + 1 + Math.ceil(bytes.length / BLOCK), 2) +
    longNames.reduce((sum, { name }) => sum + 1 + Math.ceil((name.length + 1) / BLOCK), 0)
  const archive = new Uint8Array(blocks * BLOCK)
  let at = 0
  const add = (name: Uint8Array, type: string, bytes: Uint8Array, size = bytes.length): void => {
    writeHeader(archive.subarray(at, at + BLOCK), { name, type, size })
    archive.set(bytes, at + BLOCK)
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  for (const { name, bytes } of named) {
    // A long name ends with a zero, which it has from the empty archive.
    if (name.length > NAME) add(encoder.encode('././@LongLink'), 'L', name, name.length + 1)
    add(name.subarray(0, NAME), '0', bytes)
  }
  return archive
}

interface Header {
  readonly name: Uint8Array
  readonly type: string
  readonly size: number
}

function writeHeader(block: Uint8Array, { name, type, size }: Header): void {
  if (size >= 8 ** 11) throw new SluiceError('model.too-large', `a file of ${size} bytes does not fit in a tar archive`)
  const write = (text: string, offset: number): void => block.set(encoder.encode(text), offset)
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
  block.set(name)
  write('0000644\0', 100)
  write('0000000\0', 108)
  write('0000000\0', 116)
  write(octal(size, 11), 124)
  write(octal(0, 11), 136)
  write('        ', 148)
  write(type, 156)
  write('ustar\x0000', 257)
  write(
    `${octal(
      block.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0`,
    148,
  )
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}
