import type { Workload } from '../../workload.ts'

const scoring = async () => import('./scoring.ts')

/** The workloads on Kafka, with Sluice and its peers side by side. */
export const KAFKA_WORKLOADS: Readonly<Record<string, Workload>> = {
  'pass-through': {
    what: 'W1: wine records through a model that costs nothing, beside peers that copy them',
    run: async (quick) => (await scoring()).runPassThrough(quick),
  },
  scoring: {
    what: 'W2: wine records and the shared forest, beside peers with ONNX Runtime',
    run: async (quick) => (await scoring()).runForest(quick),
  },
  'pmml-kafka': {
    what: 'W3: the same with the forest as PMML, beside JPMML in Kafka Streams',
    run: async (quick) => (await scoring()).runPmmlForest(quick),
  },
  python: {
    what: 'W4: the same beside frameworks for Python with ONNX Runtime',
    run: async (quick) => (await scoring()).runPython(quick),
  },
  'image-json': {
    what: "W5: Crayfish's network on JSON records of 784 numbers",
    run: async (quick) => (await scoring()).runImageJson(quick),
  },
  'image-binary': {
    what: "W6: Crayfish's network on binary records of 784 numbers",
    run: async (quick) => (await scoring()).runImageBinary(quick),
  },
  'exactly-once': {
    what: 'W9: wine records and the shared forest, exactly once',
    run: async (quick) => (await scoring()).runExactlyOnce(quick),
  },
  latency: {
    what: 'W8: latency of the shared forest at 10,000 records/s',
    run: async (quick) => (await import('./latency.ts')).runLatency(quick),
  },
  'latency-load': {
    what: 'latency of the shared forest at 25, 50 and 80 % of what each system can do',
    run: async (quick) => (await import('./latency.ts')).runLatencyUnderLoad(quick),
  },
  partitions: {
    what: 'the shared forest with 1 to 128 partitions in one process',
    run: async (quick) => (await import('./partitions.ts')).runPartitions(quick),
  },
  'many-models': {
    what: '1, 100 and 10,000 small models in one process',
    run: async (quick) => (await import('./many-models.ts')).runManyModels(quick),
  },
  swap: {
    what: 'a model swapped for another at 80 % of what Sluice can do',
    run: async (quick) => (await import('./swap.ts')).runSwap(quick),
  },
  takeover: {
    what: 'one of two nodes killed under load',
    run: async (quick) => (await import('./takeover.ts')).runTakeover(quick),
  },
}
