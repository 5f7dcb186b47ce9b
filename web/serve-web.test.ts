import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { expect, it, onTestFinished } from 'vitest'
import { registerWeb } from './serve-web.ts'
import { createStaticReader, listStaticFiles } from './static-files.ts'

function serve() {
  const app = Fastify()
  registerWeb(app)
  onTestFinished(() => app.close())
  return app
}

it('serves the page, and every module and style that it names', async () => {
  const app = serve()
  const queue = ['/']
  const seen = new Set<string>()
  for (let url = queue.pop(); url !== undefined; url = queue.pop()) {
    if (seen.has(url)) continue
    seen.add(url)
    const response = await app.inject(url)
    expect([url, response.statusCode]).toEqual([url, 200])
    for (const [, reference] of response.body.matchAll(/(?:from |import |src=|href=)["'](\.{0,2}\/[^"']+)["']/g)) {
      queue.push(new URL(reference!, `http://x${url}`).pathname)
    }
  }
  expect([...seen]).toEqual(
    expect.arrayContaining(['/main.ts', '/page.ts', '/flow/layout.ts', '/vendor/preact.ts', '/logo.svg', '/style/flow.css']),
  )
})

it('serves modules as JavaScript, without their types and their imports of types', async () => {
  const response = await serve().inject('/live/connection.ts')
  expect(response.headers['content-type']).toBe('text/javascript; charset=utf-8')
  expect(response.body).not.toContain('interface Surroundings')
  expect(response.body).not.toContain('src/api')
  expect(response.body).toContain('export function followLive')
})

it('answers 304 to who has the file already', async () => {
  const app = serve()
  const first = await app.inject('/style/base.css')
  const etag = first.headers['etag']!
  const second = await app.inject({ url: '/style/base.css', headers: { 'if-none-match': etag } })
  expect([second.statusCode, second.body]).toEqual([304, ''])
})

it.each([
  '/serve-web.ts',
  '/static-files.ts',
  '/tsconfig.json',
  '/live/connection.test.ts',
  '/../package.json',
  '/%2e%2e/package.json',
  '/vendor/../../package.json',
  '/style/..%2f..%2fpackage.json',
  '/flow',
])('does not serve %s', async (url) => {
  expect((await serve().inject(url)).statusCode).toBe(404)
})

it('serves a built page, of JavaScript, under the same names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-web-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'vendor'))
  writeFileSync(join(folder, 'index.html'), '<script type="module" src="/main.ts"></script>')
  writeFileSync(join(folder, 'main.js'), "import './page.js'")
  writeFileSync(join(folder, 'main.d.ts'), 'export {}')
  writeFileSync(join(folder, 'vendor', 'preact.js'), "export * from 'preact'")
  const files = listStaticFiles(folder)
  const read = createStaticReader()
  expect(read(files.get('/main.ts')!).body.toString()).toBe("import './page.js'")
  expect(read(files.get('/vendor/preact.js')!).body.toString()).not.toContain("from 'preact'")
  expect([...files.keys()].filter((url) => url.includes('.d.'))).toEqual([])
})
