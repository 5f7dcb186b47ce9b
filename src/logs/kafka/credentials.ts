import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { SluiceError } from '../../core/errors.ts'
import { createTokenSource } from './oidc-token.ts'
import type { KafkaLogOptions } from './options.ts'

/** How a process shows the brokers who it is. Paths are those of files in PEM, or of text. */
export interface KafkaSecurity {
  readonly tls: {
    readonly enabled: boolean
    /** The authorities whose certificates are trusted; those of Node where null. */
    readonly ca: string | null
    /** With `key`: the certificate by which the brokers know this process. */
    readonly cert: string | null
    readonly key: string | null
  }
  readonly sasl: {
    readonly mechanism: 'none' | 'plain' | 'scram-sha-256' | 'scram-sha-512' | 'oauthbearer'
    readonly username: string | null
    readonly passwordFile: string | null
    readonly tokenFile: string | null
    /** Of a token endpoint, in place of a token: where it is, and who asks for what. */
    readonly tokenUrl?: string | null
    readonly clientId?: string | null
    readonly clientSecretFile?: string | null
    readonly scope?: string | null
  }
}

/** Variables of the environment that hold what no configuration should. */
export const SECRETS = {
  password: 'SLUICE_KAFKA_PASSWORD',
  token: 'SLUICE_KAFKA_TOKEN',
  clientSecret: 'SLUICE_KAFKA_CLIENT_SECRET',
  keyPassword: 'SLUICE_KAFKA_KEY_PASSWORD',
} as const

type Environment = Readonly<Record<string, string | undefined>>
type Credentials = Pick<KafkaLogOptions, 'tls' | 'sasl' | 'principal'>

/**
 * Reads what the brokers want to see: certificates now, and a password or token from its file anew for each connection, so that it can be
 * changed. Secrets come from files or from the environment. Throws `config.unreadable` and `config.invalid`, which name no secret.
 */
export async function loadCredentials(security: KafkaSecurity, env: Environment): Promise<Credentials> {
  const tls = security.tls.enabled ? await loadTls(security.tls, env) : undefined
  const sasl = loadSasl(security.sasl, env)
  return { ...(tls && { tls: tls.options }), ...sasl, principal: sasl?.principal ?? (() => tls?.principal ?? ANONYMOUS) }
}

const ANONYMOUS = 'User:ANONYMOUS'

async function loadTls({ ca, cert, key }: KafkaSecurity['tls'], env: Environment) {
  if ((cert === null) !== (key === null)) {
    const [given, missing] = cert === null ? ['key', 'cert'] : ['cert', 'key']
    throw new SluiceError('config.invalid', `kafka.tls.${given} is set and kafka.tls.${missing} is not; a certificate needs both`)
  }
  const [authorities, certificate, privateKey] = await Promise.all([read(ca, 'tls.ca'), read(cert, 'tls.cert'), read(key, 'tls.key')])
  const passphrase = env[SECRETS.keyPassword]
  const options = {
    ...(authorities !== undefined && { ca: authorities }),
    ...(certificate !== undefined && { cert: certificate }),
    ...(privateKey !== undefined && { key: privateKey }),
    ...(passphrase !== undefined && passphrase !== '' && { passphrase }),
  }
  return { options, principal: certificate === undefined ? ANONYMOUS : principalOf(certificate) }
}

/** As brokers call the owner of a certificate, by its distinguished name (RFC 2253: the last part first). */
function principalOf(certificate: string): string {
  try {
    return `User:${new X509Certificate(certificate).subject.split('\n').toReversed().join(',')}`
  } catch (cause) {
    throw new SluiceError('config.invalid', 'kafka.tls.cert is no certificate in PEM', { cause })
  }
}

function loadSasl(settings: KafkaSecurity['sasl'], env: Environment): Credentials | undefined {
  const { mechanism, username, passwordFile } = settings
  if (mechanism === 'none') return undefined
  if (mechanism === 'oauthbearer') {
    const token = tokenSource(settings, env)
    let principal = 'the bearer of the token'
    const provider = async (): Promise<string> => {
      const text = await token()
      principal = subjectOf(text) ?? principal
      return text
    }
    return { sasl: { mechanism: 'OAUTHBEARER', token: provider }, principal: () => principal }
  }
  if (username === null) throw new SluiceError('config.invalid', `kafka.sasl.mechanism is ${mechanism}, which needs kafka.sasl.username`)
  const password = secret({ name: 'password', file: passwordFile, variable: SECRETS.password, mechanism }, env)
  const name = mechanism.toUpperCase() as 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  return { sasl: { mechanism: name, username, password }, principal: () => `User:${username}` }
}

/** A token as it is given, or from an endpoint. */
function tokenSource({ mechanism, tokenFile, tokenUrl, clientId, clientSecretFile, scope }: KafkaSecurity['sasl'], env: Environment) {
  if (tokenUrl === null || tokenUrl === undefined)
    return secret({ name: 'token', file: tokenFile, variable: SECRETS.token, mechanism }, env)
  if (clientId === null || clientId === undefined)
    throw new SluiceError('config.invalid', 'kafka.sasl.tokenUrl is set, which needs kafka.sasl.clientId')
  const file = clientSecretFile ?? null
  const clientSecret = secret({ name: 'clientSecret', file, variable: SECRETS.clientSecret, mechanism: 'oauthbearer by tokenUrl' }, env)
  return createTokenSource({ url: tokenUrl, clientId, clientSecret, scope: scope ?? undefined })
}

interface Secret {
  readonly name: 'password' | 'token' | 'clientSecret'
  readonly file: string | null
  readonly variable: string
  readonly mechanism: string
}

function secret({ name, file, variable, mechanism }: Secret, env: Environment): () => Promise<string> {
  const given = env[variable]
  if (file !== null) return async () => ((await read(file, `sasl.${name}File`)) ?? '').trim()
  if (given !== undefined && given !== '') return async () => given
  throw new SluiceError(
    'config.invalid',
    `kafka.sasl.mechanism is ${mechanism}, which needs a ${name}: set the variable ${variable}, or kafka.sasl.${name}File to a file with it`,
  )
}

/** The subject that a JSON Web Token names (RFC 7519); undefined where it is none that can be read. */
function subjectOf(token: string): string | undefined {
  try {
    const { sub } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub?: unknown }
    return typeof sub === 'string' ? `User:${sub}` : undefined
  } catch {
    return undefined
  }
}

async function read(file: string | null, key: string): Promise<string | undefined> {
  if (file === null) return undefined
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new SluiceError('config.unreadable', `kafka.${key} is '${file}', which can't be read: ${(cause as Error).message}`, {
      cause,
      details: { file },
    })
  }
}
