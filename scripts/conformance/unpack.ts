import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdDecompress } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { cached } from '../../test/setup/cache.ts'
import { readTar } from './tar.ts'

const PACKED = '.tar.zst'

/** Where the conformance data is by default: `SLUICE_CONFORMANCE`, else ../shared/conformance (or that of `SLUICE_SHARED`). */
export function conformanceFolder(): string {
  const shared = process.env['SLUICE_SHARED'] ?? fileURLToPath(new URL('../../../shared', import.meta.url))
  return resolve(process.env['SLUICE_CONFORMANCE'] ?? join(shared, 'conformance'))
}

/**
 * The folders in which cases may be: the folder itself, those inside it (two levels), and its archives, unpacked into the cache. An
 * archive that is unpacked beside its name is read from there.
 */
export async function foldersOf(folder: string): Promise<readonly string[]> {
  const found = [folder]
  const visit = async (parent: string, depth: number): Promise<void> => {
    const entries = await readdir(parent, { withFileTypes: true })
    const names = new Set(entries.map((entry) => entry.name))
    for (const entry of entries) {
      const path = join(parent, entry.name)
      if (entry.isDirectory()) {
        found.push(path)
        if (depth > 1) await visit(path, depth - 1)
      } else if (entry.name.endsWith(PACKED) && !names.has(entry.name.slice(0, -PACKED.length))) {
        const unpacked = await unpack(path)
        found.push(unpacked)
        await visit(unpacked, 1)
      }
    }
  }
  await visit(folder, 2)
  return found
}

/** The cache's copy of what an archive holds. */
async function unpack(archive: string): Promise<string> {
  const sha256 = createHash('sha256')
  await pipeline(createReadStream(archive), sha256)
  const name = `conformance-${basename(archive, PACKED)}-${sha256.digest('hex').slice(0, 16)}`
  return cached(name, async (directory) => {
    const unzipped = createReadStream(archive).pipe(createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 31 } }))
    for await (const file of readTar(unzipped)) {
      const path = join(directory, file.path)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, file.bytes)
    }
  })
}

/** Whether there is a file at this path. */
export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false
}
