import type { Workload } from '../../workload.ts'

const scoring = async () => import('./scoring.ts')

/** A workload that says first on what it ran. */
function onKafka(what: string, run: Workload['run']): Workload {
  return {
    what,
    async run(quick) {
      const { versionsLine, loadLine } = await import('../versions.ts')
      console.log(versionsLine())
      console.log(loadLine())
      await run(quick)
    },
  }
}

/** The workloads on Kafka, with Sluice and its peers side by side. */
export const KAFKA_WORKLOADS: Readonly<Record<string, Workload>> = {
  'pass-through': onKafka('W1: wine records through a model that costs nothing, beside peers that copy them', async (quick) =>
    (await scoring()).runPassThrough(quick),
  ),
  scoring: onKafka('W2: wine records and the shared forest, beside peers with ONNX Runtime', async (quick) =>
    (await scoring()).runForest(quick),
  ),
  'pmml-kafka': onKafka('W3: the same with the forest as PMML, beside JPMML in Kafka Streams', async (quick) =>
    (await scoring()).runPmmlForest(quick),
  ),
  python: onKafka('W4: the same beside frameworks for Python with ONNX Runtime', async (quick) => (await scoring()).runPython(quick)),
  'image-json': onKafka("W5: Crayfish's network on JSON records of 784 numbers", async (quick) => (await scoring()).runImageJson(quick)),
  'image-binary': onKafka("W6: Crayfish's network on binary records of 784 numbers", async (quick) =>
    (await scoring()).runImageBinary(quick),
  ),
  latency: onKafka('W8: latency of the shared forest at 10,000 records/s', async (quick) =>
    (await import('./latency.ts')).runLatency(quick),
  ),
  'latency-load': onKafka('latency of the shared forest at 25, 50 and 80 % of what each system can do', async (quick) =>
    (await import('./latency.ts')).runLatencyUnderLoad(quick),
  ),
  'exactly-once': onKafka('W9: wine records and the shared forest, exactly once', async (quick) => (await scoring()).runExactlyOnce(quick)),
  partitions: onKafka('the shared forest with 1 to 128 partitions in one process', async (quick) =>
    (await import('./partitions.ts')).runPartitions(quick),
  ),
  'many-models': onKafka('1, 100 and 10,000 small models in one process', async (quick) =>
    (await import('./many-models.ts')).runManyModels(quick),
  ),
  swap: onKafka('a model swapped for another at 80 % of what Sluice can do', async (quick) => (await import('./swap.ts')).runSwap(quick)),
  takeover: onKafka('one of two nodes killed under load', async (quick) => (await import('./takeover.ts')).runTakeover(quick)),
}
