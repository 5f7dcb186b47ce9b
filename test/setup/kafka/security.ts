import type { Certificates } from './certificates.ts'

/** The users that the secured listeners know, with their passwords. */
export const USERS = { admin: 'admin-secret', alice: "alice's own secret!", bob: 'bob-secret' } as const

/** The secured listeners of a broker, beside the plain one. Who comes through the plain one may do everything, as may `admin`. */
export interface BrokerSecurity {
  readonly certificates: Certificates
  /** Asks for a client certificate. */
  readonly tlsPort: number
  /** PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER (tokens without a signature), not encrypted. */
  readonly saslPort: number
  /** The same, encrypted. */
  readonly saslTlsPort: number
}

export function securedListeners({ tlsPort, saslPort, saslTlsPort }: BrokerSecurity): string {
  return `TLS://127.0.0.1:${tlsPort},SASL://127.0.0.1:${saslPort},SASLTLS://127.0.0.1:${saslTlsPort}`
}

export const SECURITY_PROTOCOLS = 'TLS:SSL,SASL:SASL_PLAINTEXT,SASLTLS:SASL_SSL'

export function securityProperties({ certificates }: BrokerSecurity): Record<string, string> {
  return {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS;User:admin',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': certificates.broker,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': certificates.ca,
    'listener.name.tls.ssl.client.auth': 'required',
    ...saslProperties('sasl'),
    ...saslProperties('sasltls'),
  }
}

function saslProperties(listener: string): Record<string, string> {
  const module = 'org.apache.kafka.common.security'
  const users = Object.entries(USERS).map(([name, password]) => `user_${name}="${password}"`)
  const name = `listener.name.${listener}`
  return {
    // Who comes with a token has to show it again that often (KIP-368).
    [`${name}.oauthbearer.connections.max.reauth.ms`]: '1000',
    [`${name}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    [`${name}.plain.sasl.jaas.config`]: `${module}.plain.PlainLoginModule required ${users.join(' ')};`,
    [`${name}.scram-sha-256.sasl.jaas.config`]: `${module}.scram.ScramLoginModule required;`,
    [`${name}.scram-sha-512.sasl.jaas.config`]: `${module}.scram.ScramLoginModule required;`,
    [`${name}.oauthbearer.sasl.jaas.config`]: `${module}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
    [`${name}.oauthbearer.sasl.server.callback.handler.class`]: `${module}.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler`,
    [`${name}.oauthbearer.sasl.login.callback.handler.class`]: `${module}.oauthbearer.internals.unsecured.OAuthBearerUnsecuredLoginCallbackHandler`,
  }
}

/** What the storage tool is given, so that the users are there from the start. */
export function scramArguments(): string[] {
  return Object.entries(USERS).flatMap(([name, password]) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => ['--add-scram', `${mechanism}=[name="${name}",password="${password}"]`]),
  )
}

/** A JSON Web Token without a signature (RFC 7519, section 6), as the broker takes them. */
export function unsecuredToken(subject: string, secondsFromNow = 3600): string {
  const part = (claims: unknown): string => Buffer.from(JSON.stringify(claims)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  return `${part({ alg: 'none' })}.${part({ sub: subject, iat: now - 10, exp: now + secondsFromNow })}.`
}
