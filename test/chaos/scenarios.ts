import { setTimeout as pause } from 'node:timers/promises'
import type { KafkaCluster } from '../setup/kafka/cluster.ts'
import { type ChaosStage, SESSION_TIMEOUT_MS } from './stage.ts'

/** Kills workers, each at a random moment of its work, and starts others in their places. Transactions are open nearly all of the time. */
export async function kills(stage: ChaosStage, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const index = i % stage.workers.length
    // One in four is killed while it starts.
    if (i % 4 !== 3) await stage.workers[index]!.ready
    await pause(Math.random() * 700)
    await stage.workers[index]!.kill()
    stage.replace(index)
  }
  await Promise.all(stage.workers.map((worker) => worker.ready))
  await stage.flows()
}

/** Stops workers in the middle of their work for twice the session timeout, while the others take over, and lets them go on. */
export async function zombies(stage: ChaosStage, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const worker = stage.workers[i % stage.workers.length]!
    await worker.ready
    await pause(Math.random() * 300)
    worker.pause()
    await pause(2 * SESSION_TIMEOUT_MS)
    worker.resume()
    await stage.flows()
  }
}

/** Slows the connections to the brokers, cuts them at a random moment for a while, and mends them. */
export async function cuts(stage: ChaosStage, cluster: KafkaCluster, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    for (const proxy of cluster.proxies) proxy.slow(20 + Math.random() * 80)
    await pause(1500)
    for (const proxy of cluster.proxies) proxy.cut()
    await pause(Math.random() * 1500)
    for (const proxy of cluster.proxies) proxy.mend()
    await stage.flows()
  }
}

/** Workers come and go faster than the group can settle. */
export async function storm(stage: ChaosStage, count: number): Promise<void> {
  const first = stage.workers.length
  for (let i = 0; i < count; i++) {
    const index = first + (i % 2)
    if (stage.workers[index]?.running) void stage.workers[index].stop()
    else stage.replace(index)
    await pause(300 + Math.random() * 500)
  }
  await Promise.all(stage.workers.splice(first).map((worker) => worker.stop()))
  await stage.flows()
}

/** How a broker is lost: as in a crash, or with its connections open and no word from it. */
export type Loss = 'kill' | 'hang'

/** Brokers are lost, one after the other, each until all partitions have answers again. Returns how long that took, in ms. */
export async function losses(stage: ChaosStage, cluster: KafkaCluster, ways: readonly Loss[]): Promise<number[]> {
  const times: number[] = []
  let next = Math.floor(Math.random() * cluster.brokers.length)
  for (const way of ways) {
    const broker = cluster.brokers[next++ % cluster.brokers.length]!
    await stage.answersAll()
    const began = performance.now()
    await (way === 'kill' ? broker.kill() : broker.pause())
    try {
      await stage.answersAll()
    } finally {
      if (way === 'hang') broker.resume()
    }
    times.push(Math.round(performance.now() - began))
    if (way === 'kill') await broker.start()
  }
  await stage.answersAll()
  return times
}
