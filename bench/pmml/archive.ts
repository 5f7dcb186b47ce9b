import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import { cached } from '../../test/setup/cache.ts'

/** The folder with the conformance cases, unpacked into the cache. */
export async function archiveFolder(): Promise<string> {
  const shared = process.env['SLUICE_SHARED'] ?? join(import.meta.dirname, '../../../shared')
  const archive = join(shared, 'conformance/pmml/pmml-open.tar.zst')
  const folder = await cached('bench-pmml-cases', async (directory) => {
    const tar = spawn('tar', ['-x', '-C', directory], { stdio: ['pipe', 'inherit', 'inherit'] })
    const ended = once(tar, 'close')
    await pipeline(createReadStream(archive), createZstdDecompress(), tar.stdin)
    const [code] = (await ended) as [number]
    if (code !== 0) throw new Error(`tar ended with ${code}`)
  })
  return join(folder, 'pmml')
}
