import { randomUUID } from 'node:crypto'
import { Admin } from '@platformatic/kafka'

/** Creates a topic with one partition, a name of its own and this configuration, by a client that is not Sluice's. */
export async function createTopic(broker: string, config: Readonly<Record<string, string>> = {}, partitions = 1): Promise<string> {
  const topic = `topic-${randomUUID()}`
  const admin = new Admin({ clientId: 'sluice-test', bootstrapBrokers: [broker] })
  try {
    const configs = Object.entries(config).map(([name, value]) => ({ name, value }))
    await admin.createTopics({ topics: [topic], partitions, replicas: -1, configs })
    // The controller has it now, and the broker a moment later.
    while (!(await admin.listTopics()).includes(topic));
  } finally {
    await admin.close()
  }
  return topic
}
