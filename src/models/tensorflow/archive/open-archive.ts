import { gunzipSync } from 'node:zlib'
import { SluiceError } from '../../../core/errors.ts'
import { type ArchiveFiles, archiveTooLarge, malformedArchive, unpackedLimit } from './limits.ts'
import { isTar, readTar } from './tar.ts'
import { readZip } from './zip.ts'

const FILE = 'saved_model.pb'

/**
 * The files of a saved model, by their paths below its folder, from the bytes of a zip, tar or tar.gz; bytes that are none of
 * them are taken for `saved_model.pb` alone. Where there are folders of versions, as TensorFlow Serving has them, the highest counts.
 * Throws `model.malformed`, `model.unsupported`, or `model.too-large` for what grows beyond the limits.
 */
export function openSavedModel(bytes: Uint8Array): ArchiveFiles {
  const files = openArchive(bytes)
  if (files === undefined) return new Map([[FILE, bytes]])
  const found = [...files.keys()].filter((path) => path === FILE || path.endsWith(`/${FILE}`))
  const folders = found.map((path) => path.slice(0, -FILE.length))
  const depth = Math.min(...folders.map(depthOf))
  const nearest = folders.filter((folder) => depthOf(folder) === depth).sort((a, b) => versionOf(b) - versionOf(a))
  const folder = nearest[0]
  if (folder === undefined) {
    const text = [...files.keys()].some((path) => path.endsWith(`${FILE}txt`))
      ? '; it has saved_model.pbtxt, the text form, which is not read'
      : ''
    throw new SluiceError('model.malformed', `the archive has no ${FILE}${text}`)
  }
  if (nearest.length > 1 && !(versionOf(folder) > versionOf(nearest[1]!))) {
    throw new SluiceError('model.unsupported', `the archive has several SavedModels: ${nearest.join(', ')}`)
  }
  return new Map([...files].filter(([path]) => path.startsWith(folder)).map(([path, file]) => [path.slice(folder.length), file]))
}

function openArchive(bytes: Uint8Array): ArchiveFiles | undefined {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)) return readZip(bytes)
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    const unpacked = gunzip(bytes)
    if (!isTar(unpacked)) throw malformedArchive('there is no tar in the gzip')
    return readTar(unpacked)
  }
  return isTar(bytes) ? readTar(bytes) : undefined
}

function gunzip(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: unpackedLimit(bytes.length) })
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw archiveTooLarge()
    throw malformedArchive("it can't be decompressed", cause)
  }
}

function depthOf(folder: string): number {
  return folder.split('/').length
}

/** The number that a version's folder is named. */
function versionOf(folder: string): number {
  const name = folder.split('/').at(-2) ?? ''
  return /^\d+$/.test(name) ? Number(name) : -1
}
