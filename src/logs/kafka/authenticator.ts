import { AuthenticationError, type Connection, type ConnectionOptions, saslOAuthBearer, saslPlain, saslScramSha } from '@platformatic/kafka'

type Sasl = NonNullable<ConnectionOptions['sasl']>
type Authenticate = NonNullable<Sasl['authenticate']>
type Api = Parameters<Authenticate>[2]
type Answer = Awaited<ReturnType<typeof saslPlain.authenticate>>

/**
 * Authenticates connections, and tells for how long the broker takes each. (KIP-368.) The client would show its credentials again on the open
 * connection, which the broker ends when other requests come meanwhile: who has many under way opens another connection instead.
 */
export function withLifetimes(sasl: Sasl, onLifetime: (connection: Connection, lifetimeMs: number) => void): Sasl {
  const authenticate: Authenticate = (...[, connection, api, , , , done]) => {
    // oxlint-disable promise/no-callback-in-promise -- as the client wants it
    answerOf(sasl, connection, api).then(
      (answer) => {
        const lifetimeMs = Number(answer.sessionLifetimeMs)
        if (lifetimeMs > 0) onLifetime(connection, lifetimeMs)
        done(null, { ...answer, sessionLifetimeMs: 0n })
      },
      (error: unknown) => done(error as Error),
    )
    // oxlint-enable promise/no-callback-in-promise
  }
  return { authBytesValidator: checkBearer, ...sasl, authenticate }
}

async function answerOf({ mechanism, username = '', password = '', token = '' }: Sasl, connection: Connection, api: Api): Promise<Answer> {
  if (mechanism === 'PLAIN') return saslPlain.authenticate(api, connection, username, password)
  if (mechanism === 'OAUTHBEARER') return saslOAuthBearer.authenticate(api, connection, token, {})
  return saslScramSha.authenticate(api, connection, mechanism === 'SCRAM-SHA-256' ? 'SHA-256' : 'SHA-512', username, password)
}

/** A broker that refuses a bearer token answers, without an error, why it does (RFC 7628, section 3.2.2). */
function checkBearer(answer: Buffer, done: (error: Error | null, answer?: Buffer) => void): void {
  const text = answer.toString()
  if (text.startsWith('{')) done(new AuthenticationError(`the broker refuses the token: ${text.slice(0, 200)}`))
  else done(null, answer)
}
