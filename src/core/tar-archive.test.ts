import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type FolderReader, packFolder } from './pack-folder.ts'
import { tarArchive } from './tar-archive.ts'

const text = (content: string): Uint8Array => new TextEncoder().encode(content)
const long = `variables/${'x'.repeat(120)}`
const files = [
  { path: 'saved_model.pb', bytes: text('graph') },
  { path: long, bytes: text('weights') },
  { path: 'assets/wörter.txt', bytes: new Uint8Array(1024).fill(97) },
  { path: 'empty', bytes: new Uint8Array(0) },
]

describe('a tar archive', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-tar-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('is unpacked by tar to the same files', () => {
    const archive = join(folder, 'a.tar')
    writeFileSync(archive, tarArchive(files))
    execFileSync('tar', ['-xf', archive, '-C', folder])
    for (const { path, bytes } of files) expect(new Uint8Array(readFileSync(join(folder, path)))).toEqual(bytes)
    const listed = execFileSync('tar', ['-tvf', archive, '--numeric-owner', '--utc'], { encoding: 'utf8' }).trim().split('\n')
    expect(listed.map((line) => line.slice(0, 14))).toEqual(files.map(() => '-rw-r--r-- 0/0'))
    expect(listed.every((line) => line.includes('1970-01-01 00:00'))).toBe(true)
  })

  it('does not depend on the order of the files', () => {
    expect(tarArchive(files.toReversed())).toEqual(tarArchive(files))
  })
})

/** A folder in memory: a file has content, a folder is a prefix, and null is something else. */
function folderOf(entries: Readonly<Record<string, string | null>>): FolderReader {
  return {
    list: async (path) => {
      const prefix = path === '' ? '' : `${path}/`
      const below = Object.keys(entries).filter((one) => one.startsWith(prefix))
      const names = [...new Set(below.map((one) => one.slice(prefix.length).split('/')[0]!))]
      return names.map((name) => {
        const content = entries[prefix + name]
        return { name, kind: content === undefined ? 'folder' : content === null ? 'other' : 'file' }
      })
    },
    read: async (path) => text(entries[path]!),
  }
}

describe('a folder that is packed', () => {
  const options = { name: 'wine', maxBytes: 1000 }

  it('becomes an archive of its files, whatever their order', async () => {
    const one = await packFolder(folderOf({ 'saved_model.pb': 'g', 'variables/index': 'i', a: '1' }), options)
    const other = await packFolder(folderOf({ a: '1', 'variables/index': 'i', 'saved_model.pb': 'g' }), options)
    expect(other).toEqual(one)
    expect(one).toEqual(
      tarArchive([
        { path: 'a', bytes: text('1') },
        { path: 'saved_model.pb', bytes: text('g') },
        { path: 'variables/index', bytes: text('i') },
      ]),
    )
  })

  it.each([
    ['has no saved model', { 'model.onnx': 'x' }, 'model.location.refused', 'saved_model.pb'],
    ['has a link out of it', { 'saved_model.pb': 'x', 'assets/link': null }, 'model.location.refused', 'assets/link'],
    ['is nested without end', { 'saved_model.pb': 'x', [`${'d/'.repeat(20)}f`]: 'x' }, 'model.too-large', 'deep'],
    [
      'has too many files',
      { 'saved_model.pb': 'x', ...Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`f${i}`, ''])) },
      'model.too-large',
      '10000 files',
    ],
  ])('is refused where it %s', async (_, entries, code, part) => {
    await expect(packFolder(folderOf(entries), options)).rejects.toMatchObject({ code, message: expect.stringContaining(part) as string })
  })
})
