import { describe, expect, it } from 'vitest'
import { readTar } from './tar.ts'

/** A header of POSIX ustar and the padded bytes. */
function entry(path: string, content: string, type = '0'): Uint8Array {
  const header = new Uint8Array(512)
  const write = (text: string, at: number): void => header.set(new TextEncoder().encode(text), at)
  write(path, 0)
  write(content.length.toString(8).padStart(11, '0'), 124)
  write(type, 156)
  write('ustar', 257)
  write('        ', 148)
  write(
    header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0'),
    148,
  )
  header[154] = 0
  const body = new Uint8Array(Math.ceil(content.length / 512) * 512)
  body.set(new TextEncoder().encode(content))
  return new Uint8Array(Buffer.concat([header, body]))
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const END = new Uint8Array(1024)

async function read(parts: readonly Uint8Array[], size = 100): Promise<readonly (readonly [string, string])[]> {
  const files: (readonly [string, string])[] = []
  for await (const { path, bytes } of readTar(inPieces(new Uint8Array(Buffer.concat(parts)), size)))
    files.push([path, new TextDecoder().decode(bytes)])
  return files
}

describe('a tar archive', () => {
  it('gives its files, whatever the pieces that it comes in', async () => {
    const parts = [entry('a/b.txt', 'one'), entry('a/', '', '5'), entry('link', '', '2'), entry('c', 'x'.repeat(1000)), END]
    for (const size of [1, 100, 512, 100_000])
      expect(await read(parts, size)).toEqual([
        ['a/b.txt', 'one'],
        ['c', 'x'.repeat(1000)],
      ])
  })

  it('may have long names', async () => {
    const long = `${'d/'.repeat(100)}f`
    expect(await read([entry('././@LongLink', long, 'L'), entry('short', '1'), entry('next', '2'), END])).toEqual([
      [long, '1'],
      ['next', '2'],
    ])
    const record = ` path=${long}\n`
    const pax = `${record.length + 3}${record}`
    expect(await read([entry('pax', pax, 'x'), entry('short', '1'), END])).toEqual([[long, '1']])
  })

  it('is refused where a path leaves it, where it is cut short, and where it is something else', async () => {
    for (const path of ['../up', '/etc/passwd', 'a/../../b', 'a\\b'])
      await expect(read([entry(path, 'x'), END]), path).rejects.toThrow(/outside/)
    await expect(read([entry('a', 'x'.repeat(600)).subarray(0, 700)])).rejects.toThrow(/cut short/)
    await expect(read([new Uint8Array(512).fill(65)])).rejects.toThrow(/not a tar archive/)
  })
})
