import { Admin } from '@platformatic/kafka'

/** Creates a topic that has the broker's time on its records. */
export async function createAppendTimeTopic(broker: string, topic: string, partitions: number): Promise<void> {
  const admin = new Admin({ clientId: 'soak', bootstrapBrokers: [broker] })
  try {
    const configs = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }]
    await admin.createTopics({ topics: [topic], partitions, replicas: -1, configs })
  } finally {
    await admin.close()
  }
}
