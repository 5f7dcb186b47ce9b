import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tarArchive } from '../core/tar-archive.ts'
import { fetchModel } from './fetch-model.ts'

const refusal = (code: string, part = ''): unknown => expect.objectContaining({ code, message: expect.stringContaining(part) as string })

describe('a file location', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-fetch-'))
  const directory = join(folder, 'models')
  mkdirSync(join(directory, 'deep'), { recursive: true })
  mkdirSync(join(folder, 'models-private'))
  writeFileSync(join(directory, 'a.pmml'), 'inside')
  writeFileSync(join(directory, 'deep', 'b.pmml'), 'deep inside')
  writeFileSync(join(folder, 'secret'), 'outside')
  writeFileSync(join(folder, 'models-private', 'c'), 'beside')
  symlinkSync(join(folder, 'secret'), join(directory, 'link'))
  symlinkSync(join(directory, 'a.pmml'), join(directory, 'inner-link'))
  symlinkSync(folder, join(directory, 'up'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const options = { directory, allowedHosts: [], maxBytes: 100 }

  test.each([
    ['a.pmml', 'inside'],
    ['./deep/../a.pmml', 'inside'],
    ['deep/b.pmml', 'deep inside'],
    ['inner-link', 'inside'],
    [`file://${directory}/a.pmml`, 'inside'],
    [`${directory}/a.pmml`, 'inside'],
  ])('%s below the directory is read', async (location, content) => {
    expect(Buffer.from(await fetchModel(location, options)).toString()).toBe(content)
  })

  test('the folder of a saved model is packed, the same whenever it is', async () => {
    const saved = join(directory, 'saved')
    mkdirSync(join(saved, 'variables'), { recursive: true })
    writeFileSync(join(saved, 'saved_model.pb'), 'graph')
    writeFileSync(join(saved, 'variables/variables.index'), 'index')
    symlinkSync('saved_model.pb', join(saved, 'link'))
    const packed = await fetchModel('saved', { ...options, maxBytes: 1000 })
    const files = ['link', 'saved_model.pb', 'variables/variables.index'].map((path) => ({ path, bytes: readFileSync(join(saved, path)) }))
    expect(packed).toEqual(tarArchive(files))
    await expect(fetchModel('saved', { ...options, maxBytes: 9 })).rejects.toThrow(refusal('model.too-large', 'models.maxBytes'))
    symlinkSync(join(folder, 'secret'), join(saved, 'variables/stolen'))
    await expect(fetchModel('saved', { ...options, maxBytes: 1000 })).rejects.toThrow(refusal('model.location.refused', 'stolen'))
  })

  test.each(['../secret', '../models-private/c', '../models', '/etc/passwd', 'link', 'up/secret', 'file:///etc/passwd', '.', 'deep', '', '../no-such-file', '/no/such/file'])('%s is refused', async (location) => {
    await expect(fetchModel(location, options)).rejects.toThrow(refusal('model.location.refused'))
  }) // prettier-ignore

  test('that does not exist is unreachable, and one that is too large says so', async () => {
    await expect(fetchModel('none.pmml', options)).rejects.toThrow(refusal('model.location.unreachable', 'none.pmml'))
    await expect(fetchModel('a.pmml', { ...options, maxBytes: 5 })).rejects.toThrow(refusal('model.too-large', '5 bytes'))
  })

  test('is refused where no directory is configured', async () => {
    await expect(fetchModel('a.pmml', { ...options, directory: null })).rejects.toThrow(
      refusal('model.location.refused', 'models.directory'),
    )
  })

  test('with a null byte is an error and nothing else', async () => {
    await expect(fetchModel('a\0.pmml', options)).rejects.toMatchObject({ scope: 'model' })
  })
})

describe('an address', () => {
  let server: Server
  let host: string
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/model' }).end()
      else if (request.url === '/model') response.end('the model')
      else if (request.url === '/slow') response.write('the')
      else response.writeHead(404).end('no such model')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const options = (): Parameters<typeof fetchModel>[1] => ({ directory: null, allowedHosts: [host.toUpperCase()], maxBytes: 100 })

  test('of an allowed host is fetched', async () => {
    expect(Buffer.from(await fetchModel(`http://${host}/model`, options())).toString()).toBe('the model')
  })

  test.each([
    ['http://127.0.0.1:1/model', 'model.location.refused'],
    ['https://example.com/model', 'model.location.refused'],
    ['HTTP://EXAMPLE.com/model', 'model.location.refused'],
    ['http://', 'model.location.refused'],
    ['http://[', 'model.location.refused'],
    ['ftp://example.com/x', 'model.location.refused'],
  ])('%s is refused', async (location, code) => {
    await expect(fetchModel(location, options())).rejects.toThrow(refusal(code))
  })

  test('may not lead elsewhere, must exist, and must not be too large', async () => {
    await expect(fetchModel(`http://${host}/moved`, options())).rejects.toThrow(refusal('model.location.unreachable'))
    await expect(fetchModel(`http://${host}/none`, options())).rejects.toThrow(refusal('model.location.unreachable', '404'))
    await expect(fetchModel(`http://${host}/model`, { ...options(), maxBytes: 8 })).rejects.toThrow(refusal('model.too-large'))
  })

  test('is given up with the signal', async () => {
    const abort = new AbortController()
    const fetching = fetchModel(`http://${host}/slow`, { ...options(), signal: abort.signal })
    abort.abort()
    await expect(fetching).rejects.toMatchObject({ scope: 'model' })
  })
})
