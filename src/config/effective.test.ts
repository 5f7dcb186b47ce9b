import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { effectiveSources, effectiveYaml } from './effective.ts'
import { loadConfig, loadConfigWithSources } from './load-config.ts'

const FILE = `http:
  port: 5501
streams:
  - input: flights
    dataTypes: [flight]
    inputs: { "x y": 'a: b', true: z }
  - input: wine
    output: wine-scores
    format: { protobuf: { descriptorSet: w.binpb, message: a.B } }
`

test('the printed configuration reads back as the same configuration, and says where each value comes from', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-effective-'))
  try {
    writeFileSync(join(folder, 'sluice.yaml'), FILE)
    const flags = [{ flag: '--log', key: 'log', value: 'kafka:a:9092,b:9092' }]
    const loaded = loadConfigWithSources({ env: { SLUICE_GROUP: 'null' }, flags, cwd: folder })
    const printed = effectiveYaml(loaded)
    writeFileSync(join(folder, 'printed.yaml'), printed)
    expect(loadConfig({ file: 'printed.yaml', env: {}, flags: [], cwd: folder })).toEqual(loaded.config)

    const lines = printed.split('\n').map((line) => line.split(/ {2,}# /))
    expect(lines).toContainEqual(['  port: 5501', 'sluice.yaml:2:9'])
    expect(lines).toContainEqual(['  host: 127.0.0.1', 'default'])
    expect(lines).toContainEqual(['group: "null"', 'environment variable SLUICE_GROUP'])
    expect(lines).toContainEqual(['  maxBodyBytes: 64MiB', 'default'])
    expect(effectiveSources(loaded)).toMatchObject({
      log: 'flag --log',
      'streams[0].dataTypes': 'sluice.yaml:5:16',
      'streams[0].output': 'default',
      'streams[1].format.protobuf.message': 'sluice.yaml:9:60',
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
