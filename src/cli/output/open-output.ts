import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { SluiceError } from '../../core/errors.ts'
import type { Io } from '../io.ts'

export interface Output {
  /** Resolves when there is room for more. Rejects with `cli.file.unwritable`, or with why the command ends. */
  write(bytes: Uint8Array): Promise<void>
  /** Resolves when all of it has left this process. */
  end(): Promise<void>
}

/** Opens a file for writing, which it replaces, or the standard output for `-`. Throws `cli.file.unwritable`. */
export async function openOutput(file: string, io: Io): Promise<Output> {
  if (file === '-') return outputTo(io.stdout, io, async () => {})
  const stream = createWriteStream(resolve(io.cwd, file))
  try {
    await once(stream, 'open')
  } catch (cause) {
    throw unwritable(file, cause)
  }
  let problem: unknown
  stream.on('error', (error) => (problem = error))
  const checked = outputTo(stream, io, async () => {
    stream.end()
    await finished(stream)
  })
  const guarded = async (work: Promise<void>): Promise<void> => {
    try {
      await work
    } catch (cause) {
      throw io.signal.aborted ? cause : unwritable(file, cause)
    }
    if (problem !== undefined) throw unwritable(file, problem)
  }
  return { write: (bytes) => guarded(checked.write(bytes)), end: () => guarded(checked.end()) }
}

function outputTo(stream: Writable, { signal }: Io, end: () => Promise<void>): Output {
  return {
    async write(bytes) {
      signal.throwIfAborted()
      if (!stream.write(bytes)) await once(stream, 'drain', { signal })
    },
    end,
  }
}

function unwritable(file: string, cause: unknown): SluiceError {
  return new SluiceError('cli.file.unwritable', `${file} can't be written: ${(cause as Error).message}`, { cause, details: { file } })
}
