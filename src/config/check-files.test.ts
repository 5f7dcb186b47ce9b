import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { checkFiles } from './check-files.ts'
import { loadConfigWithSources } from './load-config.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-files-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'there'), '')

function check(settings: object): void {
  writeFileSync(join(folder, 'x.yaml'), JSON.stringify(settings))
  checkFiles(loadConfigWithSources({ file: 'x.yaml', env: {}, flags: [], cwd: folder }))
}

const protobuf = (descriptorSet: string) => ({ format: { protobuf: { descriptorSet, message: 'a.B' } } })

test('files that are there pass, and so does a configuration that names none', () => {
  expect(() => check({})).not.toThrow()
  expect(() => check({ models: { definitions: 'there' }, streams: [protobuf('there')] })).not.toThrow()
})

test('a file that is not there is named with its key and source', () => {
  const message = `streams[0].format.protobuf.descriptorSet is '${folder}/gone', but must be a file that can be read: there is no such file (x.yaml:1:52)`
  expect(() => check({ streams: [protobuf('gone')] })).toThrow(expect.objectContaining({ code: 'config.unreadable', message }))
})

test('all that are wrong are named at once', () => {
  expect(() => check({ models: { definitions: '.' }, streams: [protobuf('gone')] })).toThrow(
    expect.objectContaining({
      code: 'config.unreadable',
      message: expect.stringMatching(
        /^2 files can't be read:\n {2}- models\.definitions is .*: it is a folder .*\n {2}- streams\[0\].*no such file/,
      ),
    }),
  )
})
