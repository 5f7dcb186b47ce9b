import { z } from 'zod'
import { oneOf, section, size, text, whole } from './schema-parts.ts'

const ASSIGNORS = ['cooperative-sticky', 'range'] as const
const ASSIGNOR_LIST = `a list of one or both of ${ASSIGNORS.join(', ')}, the best first`

const TOKEN_URL = 'the https address of a token endpoint (http only on this machine), without a password'

/** Secrets and tokens go over the wire, so it is to be encrypted where there is one. */
function isTokenUrl(address: string): boolean {
  const url = URL.parse(address)
  if (url === null || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname))
}

/** How a node on a Kafka log speaks to the brokers. Secrets are not here: they come from files or variables. */
export const kafkaSchema = section({
  groupProtocol: oneOf(['classic', 'consumer']).prefault('classic'),
  assignors: z.array(oneOf(ASSIGNORS), { error: ASSIGNOR_LIST }).min(1, { error: ASSIGNOR_LIST }).prefault(['cooperative-sticky']),
  instanceId: text('what this process, and no other of the group, is called across restarts, or null').nullable().prefault(null),
  sessionTimeoutMs: whole(500, 3_600_000, 'after what silence a member is taken for dead, in ms').prefault(10_000),
  compression: oneOf(['none', 'gzip', 'snappy', 'lz4', 'zstd']).prefault('none'),
  maxDecompressedBytes: size(1024 * 1024).prefault('512MiB'),
  tls: section({
    enabled: z.boolean({ error: 'true or false' }).prefault(false),
    ca: text('the path of a file of trusted certificates in PEM').nullable().prefault(null),
    cert: text("the path of this process's certificate in PEM").nullable().prefault(null),
    key: text("the path of the certificate's key in PEM").nullable().prefault(null),
  }).prefault({}),
  sasl: section({
    mechanism: oneOf(['none', 'plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']).prefault('none'),
    username: text('a user name').nullable().prefault(null),
    passwordFile: text('the path of a file with the password').nullable().prefault(null),
    tokenFile: text('the path of a file with the token').nullable().prefault(null),
    tokenUrl: text(TOKEN_URL).refine(isTokenUrl, { error: TOKEN_URL }).nullable().prefault(null),
    clientId: text('what the token endpoint calls this process').nullable().prefault(null),
    clientSecretFile: text('the path of a file with the secret that the token endpoint wants').nullable().prefault(null),
    scope: text('what the token is to be good for').nullable().prefault(null),
  }).prefault({}),
})
