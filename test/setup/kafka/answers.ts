import { Admin } from '@platformatic/kafka'

/**
 * Whether a Kafka broker answers at the address: it lists its brokers and their coordinators' API. Takes at most about a
 * second where nothing listens, and never less than 100 ms then, so it can be called in a loop.
 */
export async function answers(address: string): Promise<boolean> {
  const admin = new Admin({
    clientId: 'sluice-test-setup',
    bootstrapBrokers: [address],
    retries: 0,
    connectTimeout: 1000,
    requestTimeout: 5000,
  })
  try {
    const metadata = await admin.metadata({})
    const own = [...metadata.brokers.values()].some((broker) => `${broker.host}:${broker.port}` === address)
    if (own) {
      await admin.listTopics()
      return true
    }
  } catch {
    // Not yet; the caller decides how long to ask.
  } finally {
    await admin.close()
  }
  await new Promise((resolve) => setTimeout(resolve, 100))
  return false
}
