import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { SluiceError } from '../../core/errors.ts'
import type { Io } from '../io.ts'
import { malformed } from './record-splitter.ts'

export interface Input {
  /** For messages. */
  readonly name: string
  /** Bytes of the file as it stands on disk, or undefined where that is not known. */
  readonly size: number | undefined
  /** How many of them were read. */
  readonly position: number
  /** The content, decompressed where it is gzip. */
  readonly chunks: AsyncIterable<Uint8Array>
}

/** Opens a file, or the standard input for `-`, for reading bit by bit. Throws `cli.file.unreadable`. */
export async function openInput(file: string, io: Pick<Io, 'cwd' | 'stdin'>): Promise<Input> {
  if (file === '-') return input('the standard input', undefined, io.stdin)
  const path = resolve(io.cwd, file)
  try {
    const found = await stat(path)
    if (found.isDirectory()) throw new Error('it is a folder')
    return input(file, found.isFile() ? found.size : undefined, createReadStream(path, { highWaterMark: 256 * 1024 }))
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

export function unreadable(file: string, cause: unknown): SluiceError {
  const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message
  return new SluiceError('cli.file.unreadable', `${file} can't be read: ${reason}`, { cause, details: { file } })
}

function input(name: string, size: number | undefined, source: Readable): Input {
  const taken = { position: 0 }
  return {
    name,
    size,
    get position() {
      return taken.position
    },
    chunks: contentOf(bytesOf(source, name), name, taken),
  }
}

async function* bytesOf(source: Readable, name: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of source) yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array)
  } catch (cause) {
    throw unreadable(name, cause)
  }
}

/** The bytes, decompressed where they are gzip; `taken` follows in bytes as they came. */
async function* contentOf(chunks: AsyncGenerator<Uint8Array>, name: string, taken: { position: number }): AsyncGenerator<Uint8Array> {
  const first = await chunks.next()
  if (first.done === true) return
  const start = first.value
  async function* all(): AsyncGenerator<Uint8Array> {
    yield start
    yield* chunks
  }
  if (start[0] === 0x1f && start[1] === 0x8b) return yield* decompressed(all(), name, taken)
  for await (const chunk of all()) {
    taken.position += chunk.length
    yield chunk
  }
}

async function* decompressed(chunks: AsyncGenerator<Uint8Array>, name: string, taken: { position: number }): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  const compressed = Readable.from(chunks, { objectMode: false })
  compressed.on('error', (error) => gunzip.destroy(error)).pipe(gunzip)
  try {
    for await (const chunk of gunzip) {
      // What was read ahead from the file waits before the decompressor: it counts when its content is taken.
      taken.position = gunzip.bytesWritten
      yield chunk as Uint8Array
    }
  } catch (cause) {
    throw cause instanceof SluiceError ? cause : malformed(`${name} is not whole gzip: ${(cause as Error).message}`)
  } finally {
    compressed.destroy()
    gunzip.destroy()
  }
}
