import { SluiceError } from '../../core/errors.ts'
import type { Cluster } from './cluster.ts'
import { reasonOf } from './error-codes.ts'

interface Member {
  readonly cluster: Cluster
  readonly group: string
}

/** Another process has this member's instance id. Joining again would take it from that one in turn, so the log remembers. */
export function displaced({ cluster, group }: Member, cause: unknown): SluiceError {
  const instanceId = cluster.settings.instanceId ?? ''
  const error = new SluiceError(
    'log.fenced',
    `another process has joined group '${group}' as the instance '${instanceId}', so this one is out; each process must have an instance id of its own`,
    { cause, details: { group, instanceId } },
  )
  cluster.displaced.set(group, error)
  return error
}

export function conflictingGroup({ cluster, group }: Member, cause: unknown): SluiceError {
  const { groupProtocol, assignors } = cluster.settings
  const own = groupProtocol === 'classic' ? `shares partitions by ${assignors.join(' or ')}` : 'speaks the consumer protocol'
  return new SluiceError('log.group.conflict', `this member ${own}, and members that group '${group}' has do not: ${reasonOf(cause)}`, {
    cause,
    details: { group },
  })
}

/** The error itself where it says enough, else that the coordinator can't be asked. */
export function failedMembership({ cluster, group }: Member, cause: unknown): SluiceError {
  if (cause instanceof SluiceError) return cause
  const refusal = cluster.refusal(cause, `stay in group ${group}`, { operation: 'Read', type: 'group', name: group })
  if (refusal !== undefined) return refusal
  const brokers = cluster.brokerNames
  const message = `the coordinator of group '${group}' on Kafka at ${brokers} does not answer: ${reasonOf(cause)}`
  return new SluiceError('log.unavailable', message, { cause, details: { group, brokers } })
}
