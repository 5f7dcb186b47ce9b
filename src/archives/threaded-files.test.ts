import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { batchOf } from '../core/testing/batch-of.ts'
import { createThreadedFiles } from './threaded-files.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-archive-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

test('a thread writes what it is given, though the bytes are used again meanwhile', async () => {
  const path = join(await folder(), 'a')
  await using files = createThreadedFiles()
  const file = await files.create(path, 'ndjson')
  const batch = batchOf(['first', 'second'])
  const adding = file.add(batch, [1])
  batch.bytes.fill(0)
  expect(await adding).toBeGreaterThan(10)
  await file.end()
  expect(await readFile(path, 'utf8')).toBe(
    '{"topic":"mdata","partition":0,"offset":1,"timestamp":0,"key":null,"value":"second","headers":[]}\n',
  )
})

test('what fails in the thread is said, and it goes on with other files', async () => {
  const directory = await folder()
  await using files = createThreadedFiles()
  await expect(files.create(join(directory, 'no', 'a'), 'parquet')).rejects.toThrow('ENOENT')
  const file = await files.create(join(directory, 'b'), 'parquet')
  await file.add(batchOf(['x']), [0])
  await file.end()
  expect(String(await readFile(join(directory, 'b'))).slice(0, 4)).toBe('PAR1')
})

test('files of a thread that was ended fail, and their names can be made again', async () => {
  const directory = await folder()
  const files = createThreadedFiles()
  const file = await files.create(join(directory, 'a'), 'ndjson')
  await files[Symbol.asyncDispose]()
  await expect(file.add(batchOf(['x']), [0])).rejects.toThrow('has ended')
  await file.abandon()
  const other = await files.create(join(directory, 'b'), 'ndjson')
  await other.end()
  await files[Symbol.asyncDispose]()
})
