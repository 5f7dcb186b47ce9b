import { fetchKafka } from '../test/setup/kafka/fetch.ts'

/** Fetches the Kafka broker that tests and benchmarks start, ahead of them. */
console.log(`Kafka is in ${await fetchKafka()}`)
