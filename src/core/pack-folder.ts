import { SluiceError } from './errors.ts'
import { type ArchivedFile, tarArchive } from './tar-archive.ts'

/** What a folder of the file system has. Paths are below the folder that is packed, with `/` between; '' is the folder itself. */
export interface FolderReader {
  /** The entries of a folder. A link to a file within what may be read is a file; other links, devices and the like are `other`. */
  list(path: string): Promise<readonly { readonly name: string; readonly kind: 'file' | 'folder' | 'other' }[]>
  /** The content of a file, or an error once it has more than so many bytes. */
  read(path: string, maxBytes: number): Promise<Uint8Array>
}

export interface PackOptions {
  /** How the folder is called in messages. */
  readonly name: string
  readonly maxBytes: number
}

/** The file that makes a folder a model: TensorFlow's saved models are the only models that are folders. */
export const FOLDER_MARK = 'saved_model.pb'
const LIMITS = { files: 10_000, depth: 16 } as const

/**
 * Packs a folder with a saved model into a tar archive that depends on nothing but its files' paths and contents, so that its sha256 is
 * that of the folder. Throws `model.location.refused` where it is no saved model, or has links or devices that lead elsewhere, and
 * `model.too-large`.
 */
export async function packFolder(reader: FolderReader, { name, maxBytes }: PackOptions): Promise<Uint8Array<ArrayBuffer>> {
  const files: ArchivedFile[] = []
  let room = maxBytes
  const add = async (folder: string, depth: number): Promise<void> => {
    if (depth > LIMITS.depth) throw new SluiceError('model.too-large', `'${name}' has folders more than ${LIMITS.depth} deep`)
    const entries = await reader.list(folder)
    if (depth === 0 && !entries.some((entry) => entry.name === FOLDER_MARK && entry.kind === 'file'))
      throw new SluiceError(
        'model.location.refused',
        `'${name}' is a folder without ${FOLDER_MARK}; give a file, or the folder of a saved model`,
      )
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.kind === 'other')
        throw new SluiceError('model.location.refused', `'${path}' of '${name}' is neither a file nor a folder, or a link out of it`)
      if (entry.kind === 'folder') await add(path, depth + 1)
      else {
        const bytes = await reader.read(path, room)
        room -= bytes.length
        files.push({ path, bytes })
      }
      if (files.length > LIMITS.files) throw new SluiceError('model.too-large', `'${name}' has more than ${LIMITS.files} files`)
    }
  }
  await add('', 0)
  return tarArchive(files)
}
