import { cached } from './cache.ts'
import { run } from './run.ts'

const VERSION = '26.0.1'

/** A Python module path with pyarrow, from PyPI, kept outside of the repository. Needs `python3` with pip. */
export async function pyarrow(): Promise<string> {
  return cached(`pyarrow-${VERSION}`, async (directory) => {
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', directory, `pyarrow==${VERSION}`])
  })
}
