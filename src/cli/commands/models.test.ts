import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { tarArchive } from '../../core/tar-archive.ts'
import { NOW, run } from '../testing/fake-io.ts'
import { aVersion, type SeenRequest, startFakeNode } from '../testing/fake-node.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-models-'))
afterAll(() => rmSync(folder, { recursive: true }))
const BYTES = Buffer.from([0x3c, 0x50, 0x4d, 0x4d, 0x4c, 0xff, 0x00])
const SHA256 = createHash('sha256').update(BYTES).digest('hex')
writeFileSync(join(folder, 'tree.pmml'), BYTES)
writeFileSync(join(folder, 'tree.bin'), BYTES)

describe('publish', () => {
  test('sends the bytes with what is known of them, and waits', async () => {
    await using node = await startFakeNode()
    const words = [
      'models',
      'publish',
      'tree.pmml',
      '-d',
      'wine',
      '-n',
      'tree',
      '-m',
      '2',
      '--description',
      'a tree',
      '--input',
      'a=b',
      '--input',
      'c=d=e',
    ]
    const { exitCode, out } = await run([...words, '--metadata', 'by=me', '--server', node.server], { cwd: folder })
    expect([exitCode, out]).toEqual([0, '✓ tree@2 serves wine\n'])
    const [request] = node.requests
    expect(request).toMatchObject({ method: 'POST', path: '/models', type: 'application/octet-stream', body: BYTES })
    expect(request!.query).toEqual({
      name: 'tree',
      dataType: 'wine',
      format: 'pmml',
      version: '2',
      description: 'a tree',
      sha256: SHA256,
      inputs: '{"a":"b","c":"d=e"}',
      metadata: '{"by":"me"}',
      wait: 'true',
    })
  })

  test('packs the folder of a saved model', async () => {
    const saved = join(folder, 'saved')
    mkdirSync(join(saved, 'variables'), { recursive: true })
    writeFileSync(join(saved, 'saved_model.pb'), 'graph')
    writeFileSync(join(saved, 'variables/variables.index'), 'index')
    await using node = await startFakeNode()
    const { exitCode } = await run(`models publish saved -d wine -n tree --server ${node.server}`, { cwd: folder })
    expect(exitCode).toBe(0)
    const [{ body, query }] = node.requests as [SeenRequest]
    const packed = tarArchive(
      ['saved_model.pb', 'variables/variables.index'].map((path) => ({ path, bytes: readFileSync(join(saved, path)) })),
    )
    expect(new Uint8Array(body)).toEqual(packed)
    expect(query).toMatchObject({ format: 'tensorflow-saved', sha256: createHash('sha256').update(packed).digest('hex') })
  })

  test('need not wait', async () => {
    await using node = await startFakeNode()
    node.result = { status: 'published', offset: '12' }
    const { out } = await run(`models publish tree.pmml -d wine -n tree --no-wait --server ${node.server}`, { cwd: folder })
    expect(node.requests[0]!.query['wait']).toBe('false')
    expect(out).toBe('✓ tree@1 is published, offset 12 of the models topic\n')
  })

  test('a location goes without bytes', async () => {
    await using node = await startFakeNode()
    const sha256 = 'AB'.repeat(32)
    const { exitCode } = await run(`models publish --location https://x/y.onnx --sha256 ${sha256} -d wine -n tree --server ${node.server}`)
    expect(exitCode).toBe(0)
    expect(node.requests[0]).toMatchObject({ body: Buffer.alloc(0), query: { location: 'https://x/y.onnx', sha256, format: 'onnx' } })
  })

  test('a refused model fails with the reason and what to do', async () => {
    await using node = await startFakeNode()
    const reason = { code: 'model.malformed', scope: 'model' as const, message: 'line 3: no <Header>', details: { line: 3 } }
    node.result = { status: 'refused', reason }
    const { exitCode, out, err } = await run(`models publish tree.pmml -d wine -n tree --server ${node.server}`, { cwd: folder })
    expect([exitCode, out]).toEqual([1, ''])
    expect(err).toBe(
      'error model.malformed: tree@1 was refused: line 3: no <Header>\n  → Export the model again and check the declared format.\n',
    )

    const json = await run(`models publish tree.pmml -d wine -n tree --json --server ${node.server}`, { cwd: folder })
    expect(json.exitCode).toBe(1)
    expect(JSON.parse(json.out)).toMatchObject({ id: 'tree@1', status: 'refused', reason })
    expect(JSON.parse(json.err)).toMatchObject({ code: 'model.malformed', scope: 'model', details: { line: 3 } })
  })

  test('an error of the node is shown as it is', async () => {
    await using node = await startFakeNode()
    const error = { code: 'model.version.immutable', scope: 'model' as const, message: 'tree@1 has other bytes', details: {} }
    node.refuse = { request: 1, status: 409, error }
    const { exitCode, err } = await run(`models publish tree.pmml -d wine -n tree --server ${node.server}`, { cwd: folder })
    expect(exitCode).toBe(1)
    expect(err).toContain('error model.version.immutable: tree@1 has other bytes\n  → Publish the new bytes under a new version.')
  })

  test('an error that only a newer node knows is shown too', async () => {
    await using node = await startFakeNode()
    node.refuse = { request: 1, status: 400, error: { code: 'model.too.new', scope: 'model', message: 'from the future', details: {} } }
    const { exitCode, err } = await run(`models publish tree.pmml -d wine -n tree --server ${node.server}`, { cwd: folder })
    expect(exitCode).toBe(1)
    expect(err).toContain('model.too.new: from the future')
  })

  test.each<[string, string, number, string]>([
    ['no file and no location', '', 2, 'give either a file or --location'],
    ['both', 'tree.pmml --location http://x/y.onnx', 2, 'give either a file or --location'],
    ['a location without a digest', '--location http://x/y.onnx', 2, '--location needs --sha256'],
    ['a digest that is none', '--location http://x/y.onnx --sha256 abc', 2, "sha256 'abc': a sha256 has 64 hexadecimal digits"],
    ['an ending that says nothing', 'tree.bin', 2, 'the name tree.bin does not say the format; give --format, one of pmml'],
    ['an unknown format', 'tree.pmml --format pmm', 2, "format 'pmm' is not one of pmml, pfa,"],
    ['a version with an @', 'tree.pmml -m 1@2', 2, "version '1@2': a version has no @, / or white space"],
    ['a file that is not there', 'nowhere.pmml', 1, "error cli.file.unreadable: nowhere.pmml can't be read: there is no such file"],
    ['a folder of other things', '. --format onnx', 1, "error model.location.refused: '.' is a folder without saved_model.pb"],
    ['another digest', `tree.pmml --sha256 ${'ab'.repeat(32)}`, 1, `error model.sha256.mismatch: tree.pmml has the sha256 ${SHA256}`],
    ['an input without a field', 'tree.pmml --input a', 2, 'It must be model-input=record-field.'],
  ])('%s is refused before anything is sent', async (_, words, exitCode, message) => {
    await using node = await startFakeNode()
    const outcome = await run(`models publish ${words} -d wine -n tree --server ${node.server}`.split(/ +/), { cwd: folder })
    expect(outcome.exitCode).toBe(exitCode)
    expect(outcome.err).toContain(message)
    expect(node.requests).toEqual([])
  })
})

describe('list and history', () => {
  const serving = aVersion({ version: '2', status: 'serving', servingSince: NOW - 180_000, description: 'the\n  better one' })
  const reason = { code: 'model.malformed', scope: 'model' as const, message: 'no \u001b[2Jtrees', details: {} }
  const refused = aVersion({ version: '3', status: 'refused', reason })
  const history = { dataType: 'wine', serving: 'tree@2', previous: 'tree@1', versions: [refused, serving, aVersion()] }

  test('list is a line per data type', async () => {
    await using node = await startFakeNode()
    node.models = [history, { dataType: 'größe', serving: null, previous: null, versions: [] }]
    const { out } = await run(`models list --server ${node.server}`)
    expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['DATA TYPE', 'SERVING', 'FORMAT', 'SIZE', 'SINCE', 'VERSIONS', 'ROLLBACK TO'],
      ['wine', 'tree@2', 'pmml', '1.5 KiB', '3 min ago', '3', 'tree@1'],
      ['größe', 'none', '–', '–', '–', '0', '–'],
      [''],
    ])
    const json = await run(`models list --json --server ${node.server}`)
    expect(JSON.parse(json.out)).toEqual(node.models)
  })

  test('no models is said, with what to do', async () => {
    await using node = await startFakeNode()
    expect((await run(`models list --server ${node.server}`)).out).toBe('No models yet. Publish one: sluice models publish --help\n')
  })

  test('history shows each version, and why one was refused', async () => {
    await using node = await startFakeNode()
    node.models = [history]
    const { out } = await run(`models history wine --server ${node.server}`)
    expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['VERSION', 'STATUS', 'FORMAT', 'SIZE', 'PUBLISHED', 'SHA256', 'DESCRIPTION'],
      ['tree@3', 'refused', 'pmml', '1.5 KiB', '1 h ago', 'abababababab'],
      ['', 'model.malformed: no \ufffd[2Jtrees'],
      ['tree@2', 'serving since 3 min ago', 'pmml', '1.5 KiB', '1 h ago', 'abababababab', 'the better one'],
      ['tree@1', 'ready', 'pmml', '1.5 KiB', '1 h ago', 'abababababab'],
      [''],
    ])
  })

  test('a data type that is not there', async () => {
    await using node = await startFakeNode()
    const { exitCode, err } = await run(['models', 'history', 'a/b?c', '--server', node.server])
    expect(exitCode).toBe(1)
    expect(err).toContain("error api.not-found: there is no data type 'a/b?c'")
  })
})

describe('rollback and retire', () => {
  test('rollback without a version leaves the choice to the node', async () => {
    await using node = await startFakeNode()
    const { out } = await run(`models rollback wine --server ${node.server}`)
    expect(out).toBe('✓ before@1 serves wine\n')
    expect(node.requests).toMatchObject([{ path: '/models/wine/rollback', type: 'application/json', body: Buffer.from('{}') }])
  })

  test('rollback to a version', async () => {
    await using node = await startFakeNode()
    await run(`models rollback wine --to tree@1 --server ${node.server}`)
    expect(JSON.parse(String(node.requests[0]!.body))).toEqual({ to: 'tree@1' })
  })

  test('retire', async () => {
    await using node = await startFakeNode()
    node.result = { status: 'retired' }
    const { out } = await run(`models retire wine tree@1 --server ${node.server}`)
    expect(out).toBe('✓ tree@1 is retired\n')
    expect(node.requests[0]).toMatchObject({ path: '/models/wine/retire', body: Buffer.from('{"id":"tree@1"}') })
    expect(JSON.parse((await run(`models retire wine tree@1 --json --server ${node.server}`)).out)).toMatchObject({
      id: 'tree@1',
      status: 'retired',
    })
  })
})
