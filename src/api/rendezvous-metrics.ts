import { Counter, Gauge, type Registry } from 'prom-client'
import type { RendezvousStatistics } from './contract/index.ts'

const LABELS = ['rendezvous', 'data_type'] as const

/** Metrics of rendezvous servers, in a registry that asks for them as for the others. */
export function createRendezvousMetrics(register: Registry) {
  const registers = [register]
  const open = new Gauge({
    name: 'sluice_rendezvous_open',
    help: 'Inputs that wait for their answers',
    labelNames: LABELS,
    registers,
  })
  const answers = new Counter({
    name: 'sluice_rendezvous_answers_total',
    help: 'Answers, by why they were given when they were: in-time, deadline, nobody, recovered, no-policy, overload',
    labelNames: [...LABELS, 'reason'],
    registers,
  })
  const models = new Counter({
    name: 'sluice_rendezvous_scores_total',
    help: 'What models said: chosen, scored (in time), failed, late',
    labelNames: [...LABELS, 'model', 'what'],
    registers,
  })
  const elapsed = new Gauge({
    name: 'sluice_rendezvous_elapsed_seconds',
    help: 'From when inputs came to when it was decided, since the node began',
    labelNames: [...LABELS, 'quantile'],
    registers,
  })
  return {
    all: [open, answers, models, elapsed],
    fill(one: RendezvousStatistics): void {
      const labels = { rendezvous: one.rendezvous, data_type: one.dataType }
      open.set(labels, one.open)
      for (const [reason, count] of Object.entries(one.reasons)) answers.inc({ ...labels, reason }, count)
      for (const { model, chosen, scored, failed, late } of one.models) {
        for (const [what, count] of Object.entries({ chosen, scored, failed, late })) models.inc({ ...labels, model, what }, count)
      }
      const quantiles = { '0.5': one.elapsed.p50, '0.95': one.elapsed.p95, '0.99': one.elapsed.p99, '0.999': one.elapsed.p999 }
      for (const [quantile, ms] of Object.entries(quantiles)) if (ms !== null) elapsed.set({ ...labels, quantile }, ms / 1000)
    },
  }
}
