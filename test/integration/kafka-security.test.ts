import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openLog } from '../../src/app/open-log.ts'
import { loadConfig } from '../../src/config/index.ts'
import type { SluiceError } from '../../src/core/errors.ts'
import type { Log } from '../../src/core/log.ts'
import { type KafkaSecurity, loadCredentials, SECRETS } from '../../src/logs/kafka/credentials.ts'
import { createKafkaLog, type KafkaLogOptions } from '../../src/logs/kafka/kafka-log.ts'
import { Follower } from '../contracts/log/follower.ts'
import { GroupStage } from '../contracts/log/group-stage.ts'
import { append, record, valuesOf } from '../contracts/log/plain-record.ts'
import { uniqueName } from '../contracts/log/suite.ts'
import { type AccessRule, JavaClient } from '../setup/java-client/java-client.ts'
import { CLIENT_NAME } from '../setup/kafka/certificates.ts'
import { type KafkaCluster, startKafka } from '../setup/kafka/cluster.ts'
import { type BrokerSecurity, unsecuredToken, USERS } from '../setup/kafka/security.ts'

let cluster: KafkaCluster
let security: BrokerSecurity
let java: JavaClient
let admin: Log
let directory: string
beforeAll(async () => {
  cluster = await startKafka(1, { secured: true })
  security = cluster.security!
  directory = await mkdtemp(join(tmpdir(), 'sluice-security-'))
  java = await JavaClient.start(cluster.addresses)
  admin = await createKafkaLog({ brokers: cluster.addresses })
})
afterAll(async () => {
  await admin?.[Symbol.asyncDispose]()
  await java?.[Symbol.asyncDispose]()
  await cluster?.[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

const opened: Log[] = []
afterEach(async () => {
  for (const log of opened.splice(0)) await log[Symbol.asyncDispose]()
})

interface As {
  readonly tls?: Partial<KafkaSecurity['tls']>
  readonly sasl?: Partial<KafkaSecurity['sasl']>
  readonly env?: Record<string, string>
  readonly options?: Partial<KafkaLogOptions>
}

/** Opens a log as a node does with this configuration. */
async function open(port: number, { tls, sasl, env = {}, options }: As): Promise<Log> {
  const settings: KafkaSecurity = {
    tls: { enabled: tls !== undefined, ca: null, cert: null, key: null, ...tls },
    sasl: { mechanism: 'none', username: null, passwordFile: null, tokenFile: null, ...sasl },
  }
  const credentials = await loadCredentials(settings, env)
  const log = await createKafkaLog({ brokers: [`127.0.0.1:${port}`], heartbeatIntervalMs: 50, ...credentials, ...options })
  opened.push(log)
  return log
}

const asUser = (username: keyof typeof USERS, mechanism: KafkaSecurity['sasl']['mechanism'] = 'scram-sha-512'): As => ({
  sasl: { mechanism, username },
  env: { [SECRETS.password]: USERS[username] },
})

/** Appends, reads, and commits in a transaction: says what it read and what it committed. */
async function useEverything(log: Log): Promise<readonly unknown[]> {
  const topic = uniqueName('topic')
  await log.ensureTopics([{ topic, partitions: 1, cleanup: 'delete' }])
  await append(log, topic, [record('a')])
  const stage = new GroupStage(log, [topic])
  const member = await stage.join()
  await stage.settles([member, 1])
  await member.commit({ offsets: [{ topic, partition: 0, next: 1n }] })
  const committed = await member.group.committed({ topic, partition: 0 })
  await member.leave()
  return [...(await valuesOf(log, topic)), committed, ...stage.violations]
}

const EVERYTHING = ['a', 1n]

async function failureOf(work: Promise<unknown>): Promise<SluiceError> {
  return work.then(
    () => expect.unreachable('it was not refused'),
    (error: unknown) => error as SluiceError,
  )
}

describe('A log opens, and does all that logs do,', () => {
  test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('with a password by %s', async (mechanism) => {
    expect(await useEverything(await open(security.saslPort, asUser('admin', mechanism)))).toEqual(EVERYTHING)
  })

  test('with a password by SCRAM in TLS, from a file that ends in a new line', async () => {
    const passwordFile = join(directory, 'password')
    await writeFile(passwordFile, `${USERS.admin}\n`)
    const sasl = { mechanism: 'scram-sha-256', username: 'admin', passwordFile } as const
    expect(await useEverything(await open(security.saslTlsPort, { tls: { ca: security.certificates.ca }, sasl }))).toEqual(EVERYTHING)
  })

  test('with a bearer token, from the environment or a file', async () => {
    const token = unsecuredToken('admin')
    expect(
      await useEverything(await open(security.saslPort, { sasl: { mechanism: 'oauthbearer' }, env: { [SECRETS.token]: token } })),
    ).toEqual(EVERYTHING)
    const tokenFile = join(directory, 'token')
    await writeFile(tokenFile, token)
    expect(await useEverything(await open(security.saslPort, { sasl: { mechanism: 'oauthbearer', tokenFile } }))).toEqual(EVERYTHING)
  })

  test('with bearer tokens of a token endpoint, again and again before they end', async () => {
    const given: number[] = []
    const server = createServer((request, response) => {
      const basic = `Basic ${Buffer.from('sluice:client-secret').toString('base64')}`
      const isKnown = request.method === 'POST' && request.headers.authorization === basic
      // Its life is counted in whole seconds.
      const token = { access_token: unsecuredToken('admin', 4), token_type: 'Bearer', expires_in: 3 }
      if (isKnown) given.push(performance.now())
      response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' })
      response.end(JSON.stringify(isKnown ? token : { error: 'invalid_client' }))
    })
    await new Promise<void>((done) => {
      server.listen(0, '127.0.0.1', done)
    })
    onTestFinished(() => void server.close())
    const tokenUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
    const sasl = { mechanism: 'oauthbearer', tokenUrl, clientId: 'sluice' } as const
    const log = await open(security.saslPort, { sasl, env: { [SECRETS.clientSecret]: 'client-secret' } })
    const topic = uniqueName('topic')
    await log.ensureTopics([{ topic, partitions: 1, cleanup: 'delete' }])
    let count = 0
    // Three of its tokens end meanwhile.
    while (given.length < 5) await append(log, topic, [record(`${count++}`)])
    expect(await valuesOf(log, topic)).toHaveLength(count)
    const wrong = open(security.saslPort, { sasl, env: { [SECRETS.clientSecret]: 'wrong-secret' } })
    const error = await failureOf(wrong)
    expect(error).toMatchObject({ code: 'log.authentication.failed' })
    expect(`${error.message}${inspect(error)}`).not.toContain('wrong-secret')
  })

  test('with a bearer token that has to be shown again and again, and changes meanwhile', async () => {
    const tokenFile = join(directory, 'fresh-token')
    await writeFile(tokenFile, unsecuredToken('admin', 60))
    const log = await open(security.saslPort, { sasl: { mechanism: 'oauthbearer', tokenFile } })
    const topic = uniqueName('topic')
    await log.ensureTopics([{ topic, partitions: 1, cleanup: 'delete' }])
    await using follower = new Follower(log, { topic })
    const stage = new GroupStage(log, [topic])
    const member = await stage.join()
    await stage.settles([member, 1])
    const started = performance.now()
    let count = 0
    for (; performance.now() - started < 4000; count++) {
      await append(log, topic, [record(`${count}`)])
      await member.commit({ offsets: [{ topic, partition: 0, next: BigInt(count) }] })
      if (count % 10 === 0) {
        await writeFile(`${tokenFile}.new`, unsecuredToken('admin', 60 + count))
        await rename(`${tokenFile}.new`, tokenFile)
      }
    }
    const followed = await follower.has(count)
    expect(followed.map(({ value }) => value)).toEqual(Array.from({ length: count }, (_, i) => `${i}`))
    await member.leave()
    expect(stage.violations).toEqual([])
  })

  test('with a client certificate', async () => {
    await java.allow(`User:${CLIENT_NAME}`, [{ type: 'topic', name: 'of-the-client', operation: 'all' }])
    const { ca, clientCert, clientKey } = security.certificates
    const log = await open(security.tlsPort, { tls: { ca, cert: clientCert, key: clientKey } })
    await log.ensureTopics([{ topic: 'of-the-client', partitions: 1, cleanup: 'delete' }])
    await append(log, 'of-the-client', [record('a')])
    expect(await valuesOf(log, 'of-the-client')).toEqual(['a'])
  })
})

test('A node opens its log as its configuration and environment say', async () => {
  const settings = {
    log: `kafka:127.0.0.1:${security.saslTlsPort}`,
    'kafka.tls.enabled': 'true',
    'kafka.tls.ca': security.certificates.ca,
    'kafka.sasl.mechanism': 'scram-sha-512',
    'kafka.sasl.username': 'admin',
    'kafka.compression': 'zstd',
  }
  const flags = Object.entries(settings).map(([key, value]) => ({ flag: '--set', key, value }))
  const log = await openLog(loadConfig({ file: null, env: {}, flags, cwd: directory }), { [SECRETS.password]: USERS.admin })
  opened.push(log)
  expect(await useEverything(log)).toEqual(EVERYTHING)
})

describe('Who is not known is told so at once, without secrets', () => {
  const refusals: readonly (readonly [string, () => Promise<unknown>, string])[] = [
    [
      'a wrong password by PLAIN',
      async () => open(security.saslPort, { sasl: { mechanism: 'plain', username: 'alice' }, env: { [SECRETS.password]: 'wrong-secret' } }),
      'the broker does not accept the PLAIN credentials of User:alice',
    ],
    [
      'a wrong password by SCRAM',
      async () =>
        open(security.saslPort, { sasl: { mechanism: 'scram-sha-256', username: 'alice' }, env: { [SECRETS.password]: 'wrong-secret' } }),
      'the broker does not accept the SCRAM-SHA-256 credentials of User:alice',
    ],
    [
      'a user that is not there',
      async () =>
        open(security.saslPort, { sasl: { mechanism: 'scram-sha-512', username: 'nobody' }, env: { [SECRETS.password]: 'wrong-secret' } }),
      'the broker does not accept the SCRAM-SHA-512 credentials of User:nobody',
    ],
    [
      'a token that has expired',
      async () => open(security.saslPort, { sasl: { mechanism: 'oauthbearer' }, env: { [SECRETS.token]: unsecuredToken('alice', -5) } }),
      'the broker does not accept the OAUTHBEARER credentials of User:alice',
    ],
    [
      'a broker whose certificate is of an authority that is not trusted',
      async () => open(security.saslTlsPort, { tls: { ca: security.certificates.otherCa }, ...asUser('alice') }),
      "the broker's certificate can't be trusted",
    ],
    [
      'a client without the certificate that the broker wants',
      async () => open(security.tlsPort, { tls: { ca: security.certificates.ca } }),
      'the broker does not accept a client without a certificate',
    ],
    [
      'a client that speaks TLS to a broker that does not',
      async () => open(security.saslPort, { tls: { ca: security.certificates.ca }, ...asUser('alice') }),
      'the broker does not answer in TLS',
    ],
  ]
  test.each(refusals)('%s', async (_, attempt, message) => {
    const started = performance.now()
    const error = await failureOf(attempt())
    expect(error).toMatchObject({ code: 'log.authentication.failed', message: expect.stringContaining(message) })
    expect(performance.now() - started).toBeLessThan(5000)
    const shown = inspect(error, { depth: 12, showHidden: true }) + JSON.stringify(error)
    for (const secret of ['wrong-secret', ...Object.values(USERS), unsecuredToken('alice', -5).slice(0, 40)])
      expect(shown).not.toContain(secret)
  })
})

test('A broker that wants TLS, where the client does not, says nothing; the error says what it may be', async () => {
  const error = await failureOf(open(security.saslTlsPort, { ...asUser('alice'), options: { connectTimeoutMs: 500 } }))
  expect(error).toMatchObject({ code: 'log.unavailable', message: expect.stringMatching(/wants TLS and kafka\.tls is not enabled$/) })
})

describe('What access rules do not allow is refused, and the message names who needs what', () => {
  const denied = (message: string, operation?: string) =>
    expect.objectContaining({
      code: 'log.access.denied',
      message: expect.stringContaining(message),
      details: expect.objectContaining({ principal: 'User:alice', ...(operation !== undefined && { operation }) }),
    })

  async function topicFor(...rules: readonly AccessRule['operation'][]): Promise<string> {
    const topic = uniqueName('topic')
    await admin.ensureTopics([{ topic, partitions: 1, cleanup: 'delete' }])
    await append(admin, topic, [record('a')])
    await java.allow('User:alice', [
      ...rules.map((operation) => ({ type: 'topic', name: topic, operation }) as const),
      { type: 'group', name: 'unused', operation: 'read' },
    ])
    return topic
  }

  test('to see a topic', async () => {
    const topic = await topicFor()
    const log = await open(security.saslPort, asUser('alice'))
    expect(await failureOf(log.partitions(topic))).toEqual(denied(`it needs the operation Describe on topic '${topic}'`, 'Describe'))
  })

  test('to create a topic', async () => {
    const log = await open(security.saslPort, asUser('alice'))
    const topic = uniqueName('topic')
    await java.allow('User:alice', [{ type: 'topic', name: topic, operation: 'describe' }])
    expect(await failureOf(log.ensureTopics([{ topic, partitions: 1, cleanup: 'delete' }]))).toEqual(
      denied(`it needs the operation Create on topic '${topic}'`, 'Create'),
    )
  })

  test('to read', async () => {
    const topic = await topicFor('describe')
    const log = await open(security.saslPort, asUser('alice'))
    expect(await failureOf(valuesOf(log, topic))).toEqual(denied(`User:alice to read ${topic}-0`, 'Read'))
  })

  test('to append', async () => {
    const topic = await topicFor('read')
    const log = await open(security.saslPort, asUser('alice'))
    expect(await failureOf(append(log, topic, [record('b')]))).toEqual(denied(`User:alice to append to ${topic}-0`))
  })

  test.each(['classic', 'consumer'] as const)('to join a group, by the %s protocol', async (groupProtocol) => {
    const topic = await topicFor('read')
    const log = await open(security.saslPort, { ...asUser('alice'), options: { groupProtocol } })
    const stage = new GroupStage(log, [topic])
    expect(await failureOf(stage.join())).toEqual(denied(`it needs the operation Read on group '${stage.group}'`, 'Read'))
  })

  test('to write in transactions', async () => {
    const topic = await topicFor('all')
    const log = await open(security.saslPort, asUser('alice'))
    const stage = new GroupStage(log, [topic])
    await java.allow('User:alice', [{ type: 'group', name: stage.group, operation: 'all' }])
    const member = await stage.join()
    await stage.settles([member, 1])
    expect(await failureOf(member.commit({ offsets: [{ topic, partition: 0, next: 1n }] }))).toEqual(
      denied('it needs the operation Write on transactional id', 'Write'),
    )
    await member.leave()
  })
})
