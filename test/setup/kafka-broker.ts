import type { TestProject } from 'vitest/node'
import { answers } from './kafka/answers.ts'
import { type KafkaCluster, startKafka } from './kafka/cluster.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** `host:port` of a Kafka broker that is up for the whole run. */
    kafka: string
  }
}

// Several projects of one run share the broker; each of them loads this module anew.
interface Shared {
  users: number
  cluster: Promise<KafkaCluster>
}
const shared = globalThis as typeof globalThis & { sluiceKafka?: Shared | undefined }

/**
 * Vitest's global set-up: a Kafka broker for the projects that ask for it, provided as `inject('kafka')`. With
 * `SLUICE_KAFKA=host:port`, that broker. Where there is none to be had, the run fails.
 */
export async function setup(project: TestProject): Promise<void> {
  const given = process.env['SLUICE_KAFKA']
  if (given !== undefined && given !== '') {
    if (!(await answers(given))) throw new Error(`no Kafka broker answers at SLUICE_KAFKA=${given}; unset it to have one started`)
    project.provide('kafka', given)
    return
  }
  shared.sluiceKafka ??= { users: 0, cluster: startKafka() }
  shared.sluiceKafka.users++
  const { addresses } = await shared.sluiceKafka.cluster
  project.provide('kafka', addresses[0]!)
}

export async function teardown(): Promise<void> {
  const { sluiceKafka } = shared
  if (sluiceKafka === undefined || --sluiceKafka.users > 0) return
  shared.sluiceKafka = undefined
  const cluster = await sluiceKafka.cluster
  await cluster[Symbol.asyncDispose]()
}
