import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from '../../test/setup/cache.ts'
import { run } from '../../test/setup/run.ts'

export const PYTHON_SOURCES = join(import.meta.dirname, '../peers/python')

/** The folder with the packages of bench/peers/python, in the cache: fetched by pip where it is not there. Needs Python 3.11 or later. */
export async function fetchPython(): Promise<string> {
  const requirements = join(PYTHON_SOURCES, 'requirements.txt')
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16)
  return cached(`peers-python-${hash}`, (directory) =>
    run('python3', ['-m', 'pip', 'install', '--quiet', '--target', directory, '--requirement', requirements]),
  )
}
