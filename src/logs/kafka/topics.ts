import { ConfigResourceTypes, createTopicsV7, describeConfigsV4 } from '@platformatic/kafka'
import { SluiceError } from '../../core/errors.ts'
import type { TopicSpec } from '../../core/log.ts'
import type { Cluster } from './cluster.ts'
import { hasKafkaCode, KAFKA_ERROR } from './error-codes.ts'

const DEFAULT_MAX_MESSAGE_BYTES = 1_048_588
const MAX_INT64 = '9223372036854775807'

/** Creates the topics that are missing and resolves when all of their partitions have leaders. */
export async function ensureTopics(cluster: Cluster, topics: readonly TopicSpec[]): Promise<void> {
  for (const spec of topics) {
    await cluster.retry(
      `create topic ${spec.topic}`,
      async () => {
        const existing = (await cluster.describe([spec.topic])).get(spec.topic)
        if (existing === undefined) await createTopic(cluster, spec)
        else if (existing < spec.partitions) throw conflict(spec, existing)
        if (!cluster.hasLeaders(spec.topic)) throw new Error(`topic ${spec.topic} has no leaders yet`)
      },
      { need: { operation: 'Create', type: 'topic', name: spec.topic } },
    )
  }
}

async function createTopic(cluster: Cluster, spec: TopicSpec): Promise<void> {
  const { replicationFactor, maxRecordBatchBytes, retentionMs } = cluster.settings
  const configs = [
    { name: 'cleanup.policy', value: spec.cleanup },
    { name: 'max.message.bytes', value: String(maxRecordBatchBytes) },
    { name: 'retention.ms', value: String(retentionMs) },
    // Records keep the time that their producer gave them, whatever it is.
    { name: 'message.timestamp.type', value: 'CreateTime' },
    { name: 'message.timestamp.before.max.ms', value: MAX_INT64 },
    { name: 'message.timestamp.after.max.ms', value: MAX_INT64 },
  ]
  const topic = { name: spec.topic, numPartitions: spec.partitions, replicationFactor, assignments: [], configs }
  try {
    await cluster.ask(async (connection) => createTopicsV7.api.async(connection, [topic], 10_000, false))
  } catch (error) {
    // Another process was quicker: what it made is looked at like any topic that exists.
    if (!hasKafkaCode(error, KAFKA_ERROR.topicAlreadyExists)) throw error
  }
  const count = (await cluster.describe([spec.topic])).get(spec.topic)
  if (count === undefined) throw new Error(`topic ${spec.topic} is being created`)
  if (count < spec.partitions) throw conflict(spec, count)
}

/** The topic's max.message.bytes; Kafka's default where this client may not ask. Throws `log.topic.unknown`. */
export async function maxAppendBytes(cluster: Cluster, topic: string): Promise<number> {
  await cluster.partitionCount(topic)
  return cluster.retry(`look up the limits of topic ${topic}`, async () => {
    const resources = [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: ['max.message.bytes'] }]
    try {
      const { results } = await cluster.ask(async (connection) => describeConfigsV4.api.async(connection, resources, false, false))
      const bytes = Number(results[0]?.configs.find(({ name }) => name === 'max.message.bytes')?.value)
      return bytes > 0 ? bytes : DEFAULT_MAX_MESSAGE_BYTES
    } catch (error) {
      if (hasKafkaCode(error, KAFKA_ERROR.topicAuthorizationFailed)) return DEFAULT_MAX_MESSAGE_BYTES
      throw error
    }
  })
}

function conflict({ topic, partitions }: TopicSpec, existing: number): SluiceError {
  return new SluiceError('log.topic.conflict', `topic '${topic}' has ${existing} partitions, and at least ${partitions} are asked for`, {
    details: { topic, partitions: existing, wanted: partitions },
  })
}
