import { findErrorBy, MultipleErrors, protocolErrors, protocolErrorsCodesById } from '@platformatic/kafka'

/** The error codes of the Kafka protocol that Sluice tells apart. */
export const KAFKA_ERROR = {
  offsetOutOfRange: 1,
  corruptMessage: 2,
  unknownTopicOrPartition: 3,
  messageTooLarge: 10,
  coordinatorLoadInProgress: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  invalidTopic: 17,
  recordListTooLarge: 18,
  illegalGeneration: 22,
  inconsistentGroupProtocol: 23,
  unknownMemberId: 25,
  rebalanceInProgress: 27,
  topicAuthorizationFailed: 29,
  invalidTimestamp: 32,
  unsupportedVersion: 35,
  topicAlreadyExists: 36,
  outOfOrderSequenceNumber: 45,
  invalidProducerEpoch: 47,
  invalidTxnState: 48,
  invalidProducerIdMapping: 49,
  concurrentTransactions: 51,
  unknownProducerId: 59,
  groupIdNotFound: 69,
  memberIdRequired: 79,
  fencedInstanceId: 82,
  invalidRecord: 87,
  unstableOffsetCommit: 88,
  producerFenced: 90,
  transactionalIdNotFound: 105,
  fencedMemberEpoch: 110,
  unreleasedInstanceId: 111,
  staleMemberEpoch: 113,
} as const

/** An answer of a broker that is an error. */
export class KafkaResponseError extends Error {
  readonly kafkaCode: number

  constructor(kafkaCode: number, detail?: string | null) {
    super(`${protocolErrorsCodesById[kafkaCode] ?? `error ${kafkaCode}`}${detail == null ? '' : `: ${detail}`}`)
    this.name = 'KafkaResponseError'
    this.kafkaCode = kafkaCode
  }
}

/** The first protocol error code in the error, or undefined where it is of another kind: of the network, a timeout … */
export function kafkaCodeOf(error: unknown): number | undefined {
  if (error instanceof KafkaResponseError) return error.kafkaCode
  if (error instanceof MultipleErrors) {
    for (const inner of error.errors as unknown[]) {
      const code = kafkaCodeOf(inner)
      if (code !== undefined) return code
    }
    return undefined
  }
  const code: unknown = error instanceof Error ? (error as Error & { apiCode?: unknown }).apiCode : undefined
  return typeof code === 'number' ? code : undefined
}

export function hasKafkaCode(error: unknown, ...codes: readonly number[]): boolean {
  const code = kafkaCodeOf(error)
  return code !== undefined && codes.includes(code)
}

/** Whether the same request may succeed a little later, perhaps at another broker. */
export function isRetriable(error: unknown): boolean {
  const code = kafkaCodeOf(error)
  if (code === undefined) return !isRefusal(error)
  if (code === KAFKA_ERROR.unstableOffsetCommit) return true
  const id = protocolErrorsCodesById[code]
  return id !== undefined && protocolErrors[id]?.canRetry === true
}

/** What a person reads: names of protocol errors rather than the wrapping that the client gives them. */
export function reasonOf(error: unknown): string {
  if (error instanceof KafkaResponseError) return error.message
  const code = kafkaCodeOf(error)
  if (code !== undefined) return protocolErrorsCodesById[code] ?? `error ${code}`
  if (error instanceof Error && error.cause instanceof Error) return `${error.message} ${error.cause.message}`
  return error instanceof Error ? error.message : String(error)
}

/** Errors without a code of the protocol that no later attempt mends. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return true
  return ['PLT_KFK_USER', 'PLT_KFK_UNSUPPORTED'].some((code) => findErrorBy(error, 'code', code) !== null)
}
