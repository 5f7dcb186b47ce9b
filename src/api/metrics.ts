import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import { createRendezvousMetrics } from './rendezvous-metrics.ts'
import type { Services } from './services.ts'

export interface Metrics {
  readonly contentType: string
  text(): Promise<string>
}

const MODEL = ['data_type', 'model', 'version'] as const

let processMetrics: Registry | undefined

/** Those of the process itself. One for all servers in it, since what measures them runs as long as the process. */
function metricsOfProcess(): Registry {
  if (processMetrics === undefined) collectDefaultMetrics({ register: (processMetrics = new Registry()), prefix: 'sluice_' })
  return processMetrics
}

/** Metrics for Prometheus: counters and gauges are filled from the state when they are asked for, so they cost the stream nothing. */
export function createMetrics({ state, live }: Pick<Services, 'state' | 'live'>): Metrics {
  const register = new Registry()
  const registers = [register]
  const scored = new Counter({ name: 'sluice_records_scored_total', help: 'Records scored', labelNames: MODEL, registers })
  const rejected = new Counter({
    name: 'sluice_records_rejected_total',
    help: 'Records rejected',
    labelNames: ['data_type', 'code'],
    registers,
  })
  const seconds = new Counter({ name: 'sluice_scoring_seconds_total', help: 'Time spent scoring', labelNames: MODEL, registers })
  const latency = new Gauge({
    name: 'sluice_answer_latency_seconds',
    help: "From a record's timestamp to its answer, since the version first served",
    labelNames: [...MODEL, 'quantile'],
    registers,
  })
  const serving = new Gauge({
    name: 'sluice_model_info',
    help: '1 for the version that serves',
    labelNames: [...MODEL, 'format', 'sha256'],
    registers,
  })
  const backlog = new Gauge({
    name: 'sluice_backlog_records',
    help: 'Records on the log that are not answered yet',
    labelNames: ['stream'],
    registers,
  })
  const arms = new Counter({
    name: 'sluice_arm_records_total',
    help: 'What a version did as an arm of policies: scored, failed, late, cancelled, chosen, compared, agreed',
    labelNames: [...MODEL, 'what'],
    registers,
  })
  const cached = new Counter({
    name: 'sluice_cache_records_total',
    help: "What the cache of a version's answers did: hits, misses, coalesced",
    labelNames: [...MODEL, 'what'],
    registers,
  })
  const rendezvous = createRendezvousMetrics(register)
  const all = [...rendezvous.all, arms, cached, scored, rejected, seconds, latency, serving, backlog]

  async function fill(): Promise<void> {
    for (const metric of all) metric.reset()
    for (const dataType of await state.processors()) {
      const { versions, totals } = await state.state(dataType)
      for (const [code, count] of Object.entries(totals.rejections)) rejected.inc({ data_type: dataType, code }, count)
      for (const one of versions) {
        const labels = { data_type: dataType, model: one.name, version: one.version }
        scored.inc(labels, one.usage)
        seconds.inc(labels, one.duration / 1000)
        for (const [what, count] of Object.entries(one.arm ?? {})) arms.inc({ ...labels, what }, count)
        for (const [what, count] of Object.entries(one.cache ?? {})) cached.inc({ ...labels, what }, count)
        const quantiles = { '0.5': one.latency.p50, '0.95': one.latency.p95, '0.99': one.latency.p99, '0.999': one.latency.p999 }
        for (const [quantile, ms] of Object.entries(quantiles)) if (ms !== null) latency.set({ ...labels, quantile }, ms / 1000)
      }
    }
    for (const [code, count] of Object.entries(await state.rejectedWithoutDataType())) rejected.inc({ data_type: '', code }, count)
    const snapshot = await live.snapshot()
    for (const stream of snapshot.streams) backlog.set({ stream: stream.name }, stream.backlog)
    for (const one of snapshot.rendezvous?.flatMap(({ dataTypes }) => dataTypes) ?? []) rendezvous.fill(one)
    for (const { dataType, versions } of snapshot.models) {
      const one = versions.find((version) => version.status === 'serving')
      if (one !== undefined)
        serving.set({ data_type: dataType, model: one.name, version: one.version, format: one.format, sha256: one.sha256 }, 1)
    }
  }

  async function write(): Promise<string> {
    await fill()
    return `${await register.metrics()}\n${await metricsOfProcess().metrics()}`
  }

  let writing: Promise<string> | undefined
  return {
    contentType: register.contentType,
    // Those who ask at the same time get the same, for the counters are filled in steps.
    text: () =>
      (writing ??= write().finally(() => {
        writing = undefined
      })),
  }
}
