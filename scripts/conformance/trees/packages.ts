import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from '../../../test/setup/cache.ts'
import { run } from '../../../test/setup/run.ts'

/** The folder with the packages of requirements.txt, in the cache: fetched by pip where it is not there. Needs Python 3.11 or later. */
export async function fetchTreePackages(): Promise<string> {
  const requirements = join(import.meta.dirname, 'requirements.txt')
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16)
  return cached(`trees-python-${hash}`, async (directory) =>
    run('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', directory, '--requirement', requirements]),
  )
}
