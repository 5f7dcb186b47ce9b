import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheDirectory, cached } from '../cache.ts'
import { run } from '../run.ts'

const VERSION = '2.21.0'
const FOLDER = `tensorflow-libraries-${VERSION}`

/** Takes the shared libraries out of a wheel, which is a zip, as a stream: they have more than a gigabyte. */
const UNPACK = `
import glob, shutil, sys, zipfile
with zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]) as wheel:
    for name in wheel.namelist():
        if name.count("/") == 1 and "/libtensorflow_" in name:
            with wheel.open(name) as source, open(sys.argv[2] + "/" + name.split("/")[1], "wb") as target:
                shutil.copyfileobj(source, target)
`

/** The folder with TensorFlow's shared libraries, taken from its wheel through pip where the cache has none (250 MB to fetch, 1.3 GB once there). */
export async function fetchTensorFlowLibraries(): Promise<string> {
  return cached(FOLDER, async (directory) => {
    const wheel = await mkdtemp(join(tmpdir(), 'sluice-wheel-'))
    try {
      await run('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', wheel, `tensorflow-cpu==${VERSION}`])
      await run('python3', ['-c', UNPACK, wheel, directory])
    } finally {
      await rm(wheel, { recursive: true, force: true })
    }
  })
}

/** That folder where it was fetched before, or the one that SLUICE_TENSORFLOW names; undefined where there is none. */
export function findTensorFlowLibraries(): string | undefined {
  const folder = process.env['SLUICE_TENSORFLOW'] ?? join(cacheDirectory(), FOLDER)
  return existsSync(folder) ? folder : undefined
}
