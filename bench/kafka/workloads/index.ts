import type { Workload } from '../../workload.ts'

/** The workloads on Kafka, with Sluice and its peers side by side. */
export const KAFKA_WORKLOADS: Readonly<Record<string, Workload>> = {
  'pass-through': {
    what: 'W1: wine records through a model that costs nothing, beside peers that copy them',
    run: async (quick) => (await import('./scoring.ts')).runPassThrough(quick),
  },
  scoring: {
    what: 'W2: wine records and the shared forest, beside peers with ONNX Runtime',
    run: async (quick) => (await import('./scoring.ts')).runForest(quick),
  },
}
