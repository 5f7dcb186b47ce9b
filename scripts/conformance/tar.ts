/** A file in a tar archive. */
export interface TarFile {
  readonly path: string
  readonly bytes: Uint8Array
}

const BLOCK = 512
const LARGEST_FILE = 1024 * 1024 * 1024

/**
 * The plain files of a tar archive (POSIX ustar, with GNU and pax long names), in order. Links, devices and folders are passed over.
 * Throws where the archive is cut short, where a header's checksum is wrong, or where a path would leave the folder it is unpacked to.
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile> {
  const reader = new ByteReader(source)
  let longName: string | undefined
  for (;;) {
    const header = await reader.read(BLOCK)
    if (header === undefined || header.every((byte) => byte === 0)) return
    checkSum(header)
    const size = numberIn(header, 124, 12)
    if (!(size <= LARGEST_FILE)) throw new Error(`the archive has a file of ${size} bytes; the limit is ${LARGEST_FILE}`)
    const padded = await reader.read(Math.ceil(size / BLOCK) * BLOCK)
    if (padded === undefined) throw new Error('the archive is cut short')
    const bytes = padded.subarray(0, size)
    const type = String.fromCharCode(header[156]!)
    if (type === 'L') longName = textIn(bytes, 0, size)
    else if (type === 'x') longName = paxPath(bytes) ?? longName
    else {
      const path = longName ?? nameIn(header)
      longName = undefined
      if (type === '0' || type === '\0') yield { path: safePath(path), bytes }
    }
  }
}

function safePath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (path.startsWith('/') || parts.includes('..') || path.includes('\\') || path.includes('\0') || parts.length === 0) {
    throw new Error(`the archive has a file '${path}', which is outside of it`)
  }
  return parts.join('/')
}

function nameIn(header: Uint8Array): string {
  const name = textIn(header, 0, 100)
  const prefix = textIn(header, 257, 5) === 'ustar' ? textIn(header, 345, 155) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

function paxPath(bytes: Uint8Array): string | undefined {
  return /(?:^|\n)\d+ path=(.*)\n/.exec(textIn(bytes, 0, bytes.length))?.[1]
}

function checkSum(header: Uint8Array): void {
  let sum = 0
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!
  if (sum !== numberIn(header, 148, 8)) throw new Error('the archive has a damaged header: it is not a tar archive, or it is broken')
}

// oxlint-disable-next-line max-params -- a span of bytes
function textIn(bytes: Uint8Array, at: number, length: number): string {
  const end = bytes.indexOf(0, at)
  return new TextDecoder().decode(bytes.subarray(at, end < 0 || end > at + length ? at + length : end))
}

function numberIn(bytes: Uint8Array, at: number, length: number): number {
  return Number.parseInt(textIn(bytes, at, length).trim() || '0', 8)
}

class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #held: Uint8Array = new Uint8Array(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]()
  }

  /** The next `count` bytes; undefined where there are fewer. */
  async read(count: number): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = []
    let wanted = count
    for (;;) {
      const part = this.#held.subarray(0, wanted)
      parts.push(part)
      this.#held = this.#held.subarray(part.length)
      wanted -= part.length
      if (wanted === 0) return parts.length === 1 ? part : new Uint8Array(Buffer.concat(parts))
      const next = await this.#chunks.next()
      if (next.done === true) return undefined
      this.#held = next.value
    }
  }
}
