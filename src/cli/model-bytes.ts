import { createHash } from 'node:crypto'
import { createReadStream, openAsBlob } from 'node:fs'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { SluiceError } from '../core/errors.ts'
import { type FolderReader, packFolder } from '../core/pack-folder.ts'
import { unreadable } from './input/open-input.ts'
import type { Io } from './io.ts'

/** The bytes of a model that is published, and what they are. */
export interface ModelBytes {
  readonly blob: Blob
  readonly sha256: string
  readonly isFolder: boolean
}

/** More than a node accepts; it says so itself below that. */
const MAX_BYTES = 2 ** 31

/** Reads the model in a file, which is not held in memory, or in the folder of a saved model, which is packed as a node packs it. */
export async function readModelBytes(file: string, io: Io): Promise<ModelBytes> {
  const path = resolve(io.cwd, file)
  try {
    if ((await stat(path)).isDirectory()) {
      const packed = await packFolder(folderReader(await realpath(path)), { name: file, maxBytes: MAX_BYTES })
      return {
        blob: new Blob([packed]),
        sha256: createHash('sha256').update(packed).digest('hex'),
        isFolder: true,
      }
    }
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(path, { signal: io.signal })) hash.update(chunk as Uint8Array)
    return { blob: await openAsBlob(path), sha256: hash.digest('hex'), isFolder: false }
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    throw unreadable(file, cause)
  }
}

/** Links are followed to files within the folder, as a node follows them. */
function folderReader(root: string): FolderReader {
  return {
    list: async (path) => {
      const entries = await readdir(join(root, path), { withFileTypes: true })
      return Promise.all(
        entries.map(async (entry) => {
          const real = entry.isSymbolicLink() ? await realpath(join(root, path, entry.name)).catch(() => '') : ''
          const isFile = entry.isFile() || (real.startsWith(root + sep) && (await stat(real)).isFile())
          return { name: entry.name, kind: isFile ? ('file' as const) : entry.isDirectory() ? ('folder' as const) : ('other' as const) }
        }),
      )
    },
    read: async (path, maxBytes) => {
      const { size } = await stat(join(root, path))
      if (size > maxBytes)
        throw new SluiceError('model.too-large', `'${path}' has ${size} bytes, and ${maxBytes} are left of what a model may have`)
      return readFile(join(root, path))
    },
  }
}
