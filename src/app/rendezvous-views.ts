import type { RendezvousLive, RendezvousStatistics } from '../api/contract/index.ts'
import type { RendezvousServer } from '../rendezvous/server.ts'
import { DataTypeTally } from '../rendezvous/tallies.ts'
import { latencyView } from '../services/state-service.ts'

/** A rendezvous server as the API tells of it. */
export function rendezvousLive(server: RendezvousServer): RendezvousLive {
  const { name, topics, open, tallies } = server
  const { rate, elapsed } = tallies.lately()
  return {
    name,
    input: topics.input,
    results: topics.results,
    open,
    rate,
    elapsed: latencyView(elapsed),
    dataTypes: rendezvousStatistics(server),
  }
}

/** What a server did, by data type: those with answers, or with inputs that wait. */
export function rendezvousStatistics(server: RendezvousServer): RendezvousStatistics[] {
  const open = server.openByDataType()
  const names = new Set([...server.tallies.dataTypes.keys(), ...open.keys()])
  return [...names].toSorted().map((dataType) => {
    const known = server.tallies.dataTypes.get(dataType)
    const { answered, reasons, late, elapsed, models } = known ?? new DataTypeTally(0)
    return {
      rendezvous: server.name,
      dataType,
      since: known?.since ?? null,
      open: open.get(dataType) ?? 0,
      answered,
      timedOut: reasons.get('deadline') ?? 0,
      late,
      reasons: Object.fromEntries(reasons),
      elapsed: latencyView(elapsed),
      models: [...models]
        .map(([model, { chosen, scored, failed, late: after }]) => ({
          model,
          chosen,
          share: answered === 0 ? 0 : chosen / answered,
          scored,
          failed,
          late: after,
        }))
        .toSorted((a, b) => b.chosen - a.chosen || (a.model < b.model ? -1 : 1)),
    }
  })
}
