import { SluiceError } from '../../core/errors.ts'
import { kafkaCodeOf, reasonOf } from './error-codes.ts'
import type { KafkaSettings } from './options.ts'

/** What access rules (ACLs) must allow for a request. */
export interface Need {
  readonly operation: 'Read' | 'Write' | 'Create' | 'Describe' | 'IdempotentWrite'
  readonly type: 'topic' | 'group' | 'transactional id' | 'cluster'
  /** Of the topic, the group … */
  readonly name: string
}

export interface Refused {
  /** What was to be done: `append to scores-0`. */
  readonly what: string
  readonly need?: Need | undefined
  readonly settings: KafkaSettings
}

/** The error codes of the protocol by which brokers say that access rules forbid something. */
const FORBIDDEN = new Map<number, Need['type']>([
  [29, 'topic'],
  [30, 'group'],
  [31, 'cluster'],
  [53, 'transactional id'],
])

/** Of Node, where the certificates of the two sides don't fit: no later attempt mends it. */
const TLS_FAULT = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/

/** The error that says what a person has to do, where brokers do not accept who asks or do not allow what is asked; else undefined. */
export function refusalOf(error: unknown, refused: Refused): SluiceError | undefined {
  return forbidden(error, refused) ?? unauthenticated(error, refused)
}

function forbidden(error: unknown, { what, need, settings }: Refused): SluiceError | undefined {
  const type = FORBIDDEN.get(kafkaCodeOf(error) ?? -1)
  if (type === undefined) return undefined
  const principal = settings.principal()
  const resource = need?.type === type ? `${type} '${need.name}'` : `the ${type}`
  const remedy = need?.type === type ? `; it needs the operation ${need.operation} on ${resource}` : ''
  return new SluiceError('log.access.denied', `Kafka does not allow ${principal} to ${what} (${reasonOf(error)})${remedy}`, {
    cause: error,
    details: { principal, resource, ...(need?.type === type ? { operation: need.operation } : {}) },
  })
}

function unauthenticated(error: unknown, { what, settings }: Refused): SluiceError | undefined {
  const reason = saslFault(error, settings) ?? tlsFault(error, settings)
  if (reason === undefined) return undefined
  const brokers = settings.brokers.join(', ')
  return new SluiceError('log.authentication.failed', `could not ${what} on Kafka at ${brokers}: ${reason}`, {
    cause: error,
    details: { brokers },
  })
}

function saslFault(error: unknown, { sasl, principal }: KafkaSettings): string | undefined {
  const causes = causesOf(error)
  const at = causes.findIndex(({ code }) => code === 'PLT_KFK_AUTHENTICATION')
  // Where the connection broke meanwhile, the broker may yet accept them.
  if (at < 0 || causes.slice(at).some(({ code }) => code === 'PLT_KFK_NETWORK' || code === 'PLT_KFK_TIMEOUT')) return undefined
  const mechanism = sasl?.mechanism ?? 'SASL'
  if (causes[at]!.message.includes('Cannot find a suitable SASL mechanism')) return `the broker does not offer ${mechanism}`
  return `the broker does not accept the ${mechanism} credentials of ${principal()}`
}

function tlsFault(error: unknown, { tls }: KafkaSettings): string | undefined {
  for (const { code, message } of causesOf(error)) {
    if (message.includes('Broker requires TLS')) return 'the broker wants TLS, and kafka.tls is not enabled'
    if (message.includes('TLS handshake failed')) return 'the broker does not answer in TLS'
    if (code === undefined || !TLS_FAULT.test(code)) continue
    if (code.includes('WRONG_VERSION') || code.includes('PACKET_LENGTH')) return 'the broker does not answer in TLS'
    if (code.includes('ALERT')) {
      return `the broker does not accept ${tls?.cert === undefined ? 'a client without a certificate' : "this client's certificate"} (${code})`
    }
    return `the broker's certificate can't be trusted: ${message} (${code})`
  }
  return undefined
}

/** The error and what it was caused by, as deep as that goes. */
export function causesOf(error: unknown): readonly (Error & { readonly code?: string })[] {
  const causes: (Error & { readonly code?: string })[] = []
  for (let at = error; at instanceof Error && causes.length < 10; at = at.cause) causes.push(at)
  return causes
}
