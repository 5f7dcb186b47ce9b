import { SluiceError } from '../../../core/errors.ts'

/** What an archive may hold, once unpacked. */
export const ARCHIVE_LIMITS = { files: 10_000, bytes: 2 ** 30 } as const

/** How much an archive of this many bytes may hold: weights are never compressed to so little, a bomb is. */
export function unpackedLimit(packed: number): number {
  return Math.min(ARCHIVE_LIMITS.bytes, 1024 * 1024 + packed * 200)
}

/** The files of an archive, by their paths, which are relative and have no `..`. */
export type ArchiveFiles = ReadonlyMap<string, Uint8Array>

/** The path of a file in an archive, without `./`; undefined for a folder. Throws where it leads outside. */
export function safePath(path: string): string | undefined {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (path.startsWith('/') || parts.includes('..') || /[\\\0]/.test(path) || /^[a-z]:/i.test(path)) {
    throw new SluiceError('model.malformed', `the archive has a file '${path.slice(0, 200)}', which is outside of it`)
  }
  return path.endsWith('/') || parts.length === 0 ? undefined : parts.join('/')
}

export function archiveTooLarge(): SluiceError {
  const { files, bytes } = ARCHIVE_LIMITS
  return new SluiceError(
    'model.too-large',
    `the archive holds more than ${files} files or ${bytes} bytes, or two hundred times its own size`,
  )
}

export function malformedArchive(what: string, cause?: unknown): SluiceError {
  return new SluiceError('model.malformed', `the archive of the SavedModel is damaged: ${what}`, { cause })
}
