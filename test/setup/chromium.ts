import { createReadStream, createWriteStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'
import { type Browser, chromium } from 'playwright-core'
import { cached } from './cache.ts'
import { run } from './run.ts'

/** Without these, Chromium needs a sandbox that root has not, and asks hosts on the internet for news at every start. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--font-render-hinting=none',
]

/**
 * Starts a headless Chromium, with a profile of its own that goes when it is closed. The binary is the one that
 * `@sparticuz/chromium` carries, with its libraries and a font, unpacked outside of the repository: nothing of the
 * machine's is needed.
 */
export async function launchBrowser(): Promise<Browser> {
  const directory = await unpackChromium()
  return chromium.launch({
    executablePath: join(directory, 'chromium'),
    headless: true,
    args: ARGS,
    env: { ...process.env, LD_LIBRARY_PATH: join(directory, 'lib'), FONTCONFIG_PATH: directory },
  })
}

async function unpackChromium(): Promise<string> {
  const packageDirectory = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..', '..')
  const { version } = JSON.parse(await readFile(join(packageDirectory, 'package.json'), 'utf8')) as { version: string }
  return cached(`chromium-${version}`, async (directory) => {
    const packed = (name: string): string => join(packageDirectory, 'bin', `${name}.br`)
    await pipeline(
      createReadStream(packed('chromium')),
      createBrotliDecompress(),
      createWriteStream(join(directory, 'chromium'), { mode: 0o755 }),
    )
    for (const archive of ['al2023.tar', 'fonts.tar']) {
      const tar = join(directory, archive)
      await pipeline(createReadStream(packed(archive)), createBrotliDecompress(), createWriteStream(tar))
      await run('tar', ['-xf', tar, '-C', directory])
    }
    await writeFile(join(directory, 'fonts.conf'), FONTS)
  })
}

const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`
