import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type KafkaSecurity, loadCredentials } from './credentials.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-credentials-'))
})
afterAll(async () => rm(directory, { recursive: true }))

const TLS: KafkaSecurity['tls'] = { enabled: false, ca: null, cert: null, key: null }
const SASL: KafkaSecurity['sasl'] = { mechanism: 'none', username: null, passwordFile: null, tokenFile: null }

async function load(
  security: { tls?: Partial<KafkaSecurity['tls']>; sasl?: Partial<KafkaSecurity['sasl']> },
  env: Record<string, string> = {},
) {
  return loadCredentials({ tls: { ...TLS, ...security.tls }, sasl: { ...SASL, ...security.sasl } }, env)
}

/** What a connection is given. */
async function given(secret: unknown): Promise<string> {
  return (secret as () => Promise<string>)()
}

describe('What is shown to brokers', () => {
  test('is nothing where nothing is configured', async () => {
    const { tls, sasl, principal } = await load({})
    expect({ tls, sasl, principal: principal!() }).toEqual({ tls: undefined, sasl: undefined, principal: 'User:ANONYMOUS' })
  })

  test('is a user with the password of the environment', async () => {
    const { sasl, principal } = await load({ sasl: { mechanism: 'scram-sha-256', username: 'u' } }, { SLUICE_KAFKA_PASSWORD: ' p w ' })
    expect(sasl).toMatchObject({ mechanism: 'SCRAM-SHA-256', username: 'u' })
    expect(await given(sasl!.password)).toBe(' p w ')
    expect(principal!()).toBe('User:u')
  })

  test('is a user with the password that its file has when a connection is made', async () => {
    const passwordFile = join(directory, 'password')
    await writeFile(passwordFile, 'first\n')
    const { sasl } = await load({ sasl: { mechanism: 'plain', username: 'u', passwordFile } }, { SLUICE_KAFKA_PASSWORD: 'not this one' })
    expect(await given(sasl!.password)).toBe('first')
    await writeFile(passwordFile, 'second')
    expect(await given(sasl!.password)).toBe('second')
  })

  test('is a token, whose subject names the principal', async () => {
    const token = `${btoa('{"alg":"none"}')}.${btoa('{"sub":"service"}')}.`
    const { sasl, principal } = await load({ sasl: { mechanism: 'oauthbearer' } }, { SLUICE_KAFKA_TOKEN: token })
    expect(sasl).toMatchObject({ mechanism: 'OAUTHBEARER' })
    expect(await given(sasl!.token)).toBe(token)
    expect(principal!()).toBe('User:service')
  })

  test('is the passphrase of the environment with a key', async () => {
    const ca = join(directory, 'ca.pem')
    await writeFile(ca, 'authority')
    const { tls } = await load({ tls: { enabled: true, ca } }, { SLUICE_KAFKA_KEY_PASSWORD: 'pass' })
    expect(tls).toEqual({ ca: 'authority', passphrase: 'pass' })
    expect((await load({ tls: { enabled: false, ca } })).tls).toBe(undefined)
  })
})

describe('What is missing is named', () => {
  test.each([
    ['a user name', { sasl: { mechanism: 'plain' } }, 'config.invalid', 'kafka.sasl.username'],
    ['a password', { sasl: { mechanism: 'plain', username: 'u' } }, 'config.invalid', 'SLUICE_KAFKA_PASSWORD, or kafka.sasl.passwordFile'],
    ['a token', { sasl: { mechanism: 'oauthbearer' } }, 'config.invalid', 'SLUICE_KAFKA_TOKEN, or kafka.sasl.tokenFile'],
    ['a key', { tls: { enabled: true, cert: 'x' } }, 'config.invalid', 'kafka.tls.key is not'],
    ['a certificate', { tls: { enabled: true, key: 'x' } }, 'config.invalid', 'kafka.tls.cert is not'],
    ['a file', { tls: { enabled: true, ca: '/no/such/file' } }, 'config.unreadable', "kafka.tls.ca is '/no/such/file'"],
  ] as const)('%s', async (_, security, code, message) => {
    await expect(load(security)).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })

  test('a certificate that is none', async () => {
    const file = join(directory, 'not.pem')
    await writeFile(file, 'nothing')
    await expect(load({ tls: { enabled: true, cert: file, key: file } })).rejects.toMatchObject({ code: 'config.invalid' })
  })
})
