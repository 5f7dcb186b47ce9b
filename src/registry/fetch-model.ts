import { createReadStream } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { asSluiceError, SluiceError } from '../core/errors.ts'
import { type FolderReader, packFolder } from '../core/pack-folder.ts'

export interface FetchOptions {
  /** Where file locations are resolved; files outside of it are refused. null refuses all files. */
  readonly directory: string | null
  /** `host` or `host:port` of http and https locations; others are refused. */
  readonly allowedHosts: readonly string[]
  readonly maxBytes: number
  readonly signal?: AbortSignal
}

/**
 * Fetches the bytes at a model's location: a path below the models directory, or an http(s) address of an allowed host. Where the path
 * is the folder of a saved model, its bytes are those of the tar archive that `packFolder` makes of it.
 * Throws `model.location.refused`, `model.location.unreachable` or `model.too-large`. The sha256 is for the caller to check.
 */
export async function fetchModel(location: string, options: FetchOptions): Promise<Uint8Array> {
  try {
    if (/^https?:/i.test(location)) return await fetchAddress(location, options)
    return await readFileBelow(location.replace(/^file:(\/\/)?/i, ''), options)
  } catch (error) {
    throw asSluiceError(error, 'model.location.unreachable', `the model can't be fetched from '${location}'`)
  }
}

async function fetchAddress(location: string, { allowedHosts, maxBytes, signal }: FetchOptions): Promise<Uint8Array> {
  if (!URL.canParse(location)) throw new SluiceError('model.location.refused', `'${location}' is not an address`)
  const { host } = new URL(location)
  if (!allowedHosts.some((allowed) => allowed.toLowerCase() === host)) {
    throw new SluiceError(
      'model.location.refused',
      `'${location}' is on '${host}', and models.allowedHosts has ${allowedHosts.join(', ') || 'no hosts'}`,
    )
  }
  const response = await fetch(location, { redirect: 'error', ...(signal && { signal }) })
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    throw new SluiceError('model.location.unreachable', `'${location}' answered with the status ${response.status}`)
  }
  return collect(response.body, location, maxBytes)
}

async function readFileBelow(path: string, { directory, maxBytes, signal }: FetchOptions): Promise<Uint8Array> {
  if (directory === null) throw new SluiceError('model.location.refused', `'${path}' is a file, and models.directory is not set`)
  const root = await realpath(directory)
  // By its name first, so that an answer never says whether a file outside exists; then by where links lead.
  const file = checkBelow(root, path, resolve(root, path))
  const real = checkBelow(root, path, await realpath(file))
  const found = await stat(real)
  if (found.isDirectory()) return packFolder(folderReader(real, signal), { name: path, maxBytes })
  if (!found.isFile()) throw new SluiceError('model.location.refused', `'${path}' is not a file`)
  return collect(createReadStream(real, { ...(signal && { signal }) }), path, maxBytes)
}

/** Links in the folder are followed to files that are in it too, and to no others. */
function folderReader(root: string, signal: AbortSignal | undefined): FolderReader {
  return {
    list: async (path) => {
      const entries = await readdir(join(root, path), { withFileTypes: true })
      return Promise.all(
        entries.map(async (entry) => {
          const isFile = entry.isFile() || (entry.isSymbolicLink() && (await isFileWithin(root, join(root, path, entry.name))))
          return { name: entry.name, kind: isFile ? ('file' as const) : entry.isDirectory() ? ('folder' as const) : ('other' as const) }
        }),
      )
    },
    read: async (path, maxBytes) => collect(createReadStream(join(root, path), { ...(signal && { signal }) }), join(root, path), maxBytes),
  }
}

async function isFileWithin(root: string, link: string): Promise<boolean> {
  const real = await realpath(link).catch(() => undefined)
  return real?.startsWith(root + sep) === true && (await stat(real)).isFile()
}

function checkBelow(root: string, path: string, file: string): string {
  if (file.startsWith(root.endsWith(sep) ? root : root + sep)) return file
  throw new SluiceError('model.location.refused', `'${path}' is not below the models directory ${root}`)
}

async function collect(chunks: AsyncIterable<Uint8Array>, location: string, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > maxBytes) throw new SluiceError('model.too-large', `'${location}' has more than ${maxBytes} bytes, which is models.maxBytes`)
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}
