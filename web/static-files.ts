import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { findPackageJSON, stripTypeScriptTypes } from 'node:module'
import { dirname, extname, join, relative, sep } from 'node:path'

/** A file of the page as it goes to a browser. */
export interface StaticFile {
  readonly body: Buffer
  readonly contentType: string
  readonly etag: string
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ts': 'text/javascript; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
}

/** The libraries' own files, by the name of the module in vendor/ that stands for them outside a browser. */
const LIBRARIES: readonly (readonly [url: string, library: string, file: string])[] = [
  ['/vendor/preact.ts', 'preact', 'dist/preact.mjs'],
  ['/vendor/htm.ts', 'htm', 'dist/htm.mjs'],
  ['/vendor/uplot.ts', 'uplot', 'dist/uPlot.esm.js'],
  ['/vendor/uplot.css', 'uplot', 'dist/uPlot.min.css'],
]

/** Modules of this folder that run in the server, and so are not the browser's business. */
const SERVER_SIDE = /^(serve-web|static-files)\.(ts|js)$/

/**
 * Which files make up the page: a fixed list from URL path to file, read from the folder once. Tests, declarations and the
 * server's own modules are not in it. Each module is there as `.ts` and as `.js`, whichever of the two exists on disk, so
 * that the page is the same from the source tree and from a built package.
 */
export function listStaticFiles(folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(folder, path).split(sep).join('/')
    const served = extname(name) in CONTENT_TYPES && !/\.(test|d)\.[tj]s$/.test(name) && !SERVER_SIDE.test(name)
    if (entry.isFile() && served) addModule(files, `/${name}`, path)
  }
  for (const [url, library, file] of LIBRARIES) {
    const manifest = findPackageJSON(library, import.meta.url)
    if (manifest !== undefined) addModule(files, url, join(dirname(manifest), file))
  }
  const index = files.get('/index.html')
  if (index !== undefined) files.set('/', index)
  return files
}

function addModule(files: Map<string, string>, url: string, path: string): void {
  files.set(url, path)
  if (/\.[tj]s$/.test(url)) {
    files.set(url.replace(/\.[tj]s$/, '.ts'), path)
    files.set(url.replace(/\.[tj]s$/, '.js'), path)
  }
}

/** Reads files as a browser wants them: TypeScript with its types taken out. Kept until the file on disk changes. */
export function createStaticReader(): (path: string) => StaticFile {
  const kept = new Map<string, StaticFile & { readonly modified: number }>()
  return (path) => {
    const modified = statSync(path).mtimeMs
    const before = kept.get(path)
    if (before?.modified === modified) return before
    const text = readFileSync(path)
    const body = extname(path) === '.ts' ? Buffer.from(quietly(() => stripTypeScriptTypes(text.toString('utf8')))) : text
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
    const file = { body, contentType: CONTENT_TYPES[extname(path)]!, etag, modified }
    kept.set(path, file)
    return file
  }
}

/** Node warns once that its type stripping is experimental: news for us, noise on the first screen of whoever starts Sluice. */
function quietly<T>(work: () => T): T {
  const emitWarning = process.emitWarning.bind(process)
  process.emitWarning = () => {}
  try {
    return work()
  } finally {
    process.emitWarning = emitWarning
  }
}
