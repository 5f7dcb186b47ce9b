import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'

/** Where downloads that outlive a test run are kept: `SLUICE_CACHE`, else ~/.cache/sluice. Always outside of the repository. */
export function cacheDirectory(): string {
  return process.env['SLUICE_CACHE'] ?? join(homedir(), '.cache', 'sluice')
}

/**
 * The folder `name` of the cache, filled by `fill` where it is not there yet. `fill` gets an empty folder next to it,
 * which takes its place only when it is complete: a run that is interrupted, or two runs at once, leave no half of a folder.
 */
export async function cached(name: string, fill: (directory: string) => Promise<void>): Promise<string> {
  const wanted = join(cacheDirectory(), name)
  if (await isDirectory(wanted)) return wanted
  const making = `${wanted}.${randomUUID()}.tmp`
  await mkdir(making, { recursive: true })
  try {
    await fill(making)
    await rename(making, wanted).catch(async (error: unknown) => {
      if (!(await isDirectory(wanted))) throw error
    })
  } finally {
    await rm(making, { recursive: true, force: true })
  }
  return wanted
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isDirectory() ?? false
}
