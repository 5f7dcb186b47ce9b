import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkFiles } from './check-files.ts'
import { effectiveYaml } from './effective.ts'
import { loadConfigWithSources } from './load-config.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-config-'))
})
afterAll(async () => rm(directory, { recursive: true }))

async function load(yaml: string, env: Record<string, string> = {}) {
  const file = join(directory, 'sluice.yaml')
  await writeFile(file, yaml)
  return loadConfigWithSources({ file, env, flags: [], cwd: '/elsewhere' })
}

describe('The section kafka', () => {
  test('is cooperative, plain and open where nothing is said', async () => {
    const { config } = await load('')
    expect(config.kafka).toEqual({
      groupProtocol: 'classic',
      assignors: ['cooperative-sticky'],
      instanceId: null,
      sessionTimeoutMs: 10_000,
      compression: 'none',
      maxDecompressedBytes: 512 * 1024 * 1024,
      tls: { enabled: false, ca: null, cert: null, key: null },
      sasl: {
        mechanism: 'none',
        username: null,
        passwordFile: null,
        tokenFile: null,
        tokenUrl: null,
        clientId: null,
        clientSecretFile: null,
        scope: null,
      },
    })
  })

  test('takes paths from the folder of the file, and everything from variables', async () => {
    const { config } = await load('kafka: { tls: { enabled: true, ca: ca.pem } }', {
      SLUICE_KAFKA_GROUP_PROTOCOL: 'consumer',
      SLUICE_KAFKA_ASSIGNORS: 'cooperative-sticky,range',
      SLUICE_KAFKA_INSTANCE_ID: 'node-1',
      SLUICE_KAFKA_SASL_MECHANISM: 'plain',
      SLUICE_KAFKA_SASL_USERNAME: 'alice',
      SLUICE_KAFKA_SASL_PASSWORD_FILE: 'secret',
    })
    expect(config.kafka).toMatchObject({
      groupProtocol: 'consumer',
      assignors: ['cooperative-sticky', 'range'],
      instanceId: 'node-1',
      tls: { ca: join(directory, 'ca.pem') },
      sasl: { mechanism: 'plain', username: 'alice', passwordFile: '/elsewhere/secret' },
    })
  })

  test('has no secrets, and none of their variables is a mistake', async () => {
    const names = ['PASSWORD', 'TOKEN', 'CLIENT_SECRET', 'KEY_PASSWORD']
    const loaded = await load('', Object.fromEntries(names.map((name) => [`SLUICE_KAFKA_${name}`, 'xyzzy'])))
    expect(JSON.stringify(loaded.config) + effectiveYaml(loaded)).not.toContain('xyzzy')
    await expect(load('kafka: { sasl: { password: xyzzy } }')).rejects.toMatchObject({ code: 'config.invalid' })
  })

  test.each([
    '{ assignors: [] }',
    '{ assignors: [sticky] }',
    '{ groupProtocol: eager }',
    '{ sasl: { mechanism: gssapi } }',
    '{ sasl: { tokenUrl: http://login.example.com/token } }',
    '{ sasl: { tokenUrl: https://user:pass@login.example.com/token } }',
    '{ sasl: { tokenUrl: login.example.com } }',
    '{ compression: brotli }',
  ])('refuses %s', async (section) => {
    await expect(load(`kafka: ${section}`)).rejects.toMatchObject({ code: 'config.invalid' })
  })

  test.each(['https://login.example.com/oauth2/token', 'http://127.0.0.1:8080/token', 'http://localhost/token', 'http://[::1]/token'])(
    'takes tokens from %s',
    async (tokenUrl) => {
      const { config } = await load(`kafka: { sasl: { tokenUrl: '${tokenUrl}', clientSecretFile: s } }`)
      expect(config.kafka.sasl).toMatchObject({ tokenUrl, clientSecretFile: join(directory, 's') })
    },
  )

  test('names files that are not there, where they would be used', async () => {
    const loaded = await load(
      'kafka: { tls: { enabled: true, ca: no.pem }, sasl: { mechanism: oauthbearer, username: u, tokenFile: no.jwt } }',
    )
    expect(() => checkFiles(loaded)).toThrow(/kafka\.tls\.ca[\s\S]*kafka\.sasl\.tokenFile/)
    const unused = await load('kafka: { tls: { ca: no.pem }, sasl: { mechanism: plain, username: u, tokenFile: no.jwt } }')
    expect(() => checkFiles(unused)).not.toThrow()
  })
})
