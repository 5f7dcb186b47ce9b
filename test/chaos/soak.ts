import { JavaClient } from '../setup/java-client/java-client.ts'
import { type KafkaCluster, startKafka } from '../setup/kafka/cluster.ts'
import { cuts, kills, losses, storm, zombies } from './scenarios.ts'
import { ChaosStage } from './stage.ts'

const BROKERS = 3

/**
 * So many rounds against three brokers, each with a stream of its own: kills, zombies, cuts, brokers that crash and that hang for a while, a storm of rebalances,
 * by turns with processes of one and of two threads. Prints a line for each, and at last what was lost and doubled. True where nothing was.
 */
export async function soakExactlyOnce(rounds: number): Promise<boolean> {
  await using cluster = await startKafka(BROKERS)
  await using client = await JavaClient.start(cluster.addresses)
  const sum = { inputs: 0, lost: 0, duplicated: 0, problems: 0 }
  for (let round = 1; round <= rounds; round++) {
    const workers = round % 2 === 0 ? 2 : 1
    const started = performance.now()
    const { inputs, lost, duplicated, problems } = await runRound(cluster, client, workers)
    const seconds = ((performance.now() - started) / 1000).toFixed(0)
    console.log(
      `round ${round}, threads ${workers}: ${inputs} records in ${seconds} s, lost ${lost}, duplicated ${duplicated}, other problems ${problems.length}`,
    )
    for (const problem of problems.slice(0, 10)) console.log(`  ${problem}`)
    sum.inputs += inputs
    sum.lost += lost
    sum.duplicated += duplicated
    sum.problems += problems.length
  }
  console.log(`lost ${sum.lost}, duplicated ${sum.duplicated} of ${sum.inputs}`)
  return sum.problems === 0 && sum.inputs > 0
}

async function runRound(cluster: KafkaCluster, client: JavaClient, workers: number) {
  await using stage = await ChaosStage.start({ cluster, client, workers: 3, partitions: 6, settings: { workers } })
  await stage.flows()
  await kills(stage, 15)
  await zombies(stage, 2)
  await cuts(stage, cluster, 1)
  const waits = await losses(stage, cluster, ['kill', 'hang'])
  console.log(`a broker was lost: answers went on after ${waits.join(' and ')} ms`)
  await storm(stage, 6)
  return await stage.finish()
}
