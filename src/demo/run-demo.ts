import { setTimeout as pause } from 'node:timers/promises'
import type { Services } from '../api/services.ts'
import { loadScenario, type ScheduledModel } from './scenario.ts'
import { flightLines, replay, wineLines } from './replay.ts'

export interface DemoRun {
  readonly services: Services
  /** Departures a second. */
  readonly rate: number
  /** How many times sooner than planned models arrive; 1 where absent. */
  readonly haste?: number
  readonly signal: AbortSignal
  /** Told when the demo can't go on. */
  readonly onFailure: (error: unknown) => void
}

const WINE_RATE = 20

/** Plays the demo: departures and wines flow, and new model versions arrive and take over. Resolves when the signal aborts. */
export async function runDemo({ services, rate, haste = 1, signal, onFailure }: DemoRun): Promise<void> {
  const { records } = services
  const scenario = (await loadScenario()).map((model) => ({ ...model, afterMs: model.afterMs / haste }))
  await publishModels(
    services,
    scenario.filter((model) => model.afterMs === 0),
    signal,
  )
  const parts = [
    publishModels(services, scenario, signal),
    replay(flightLines, { records, stream: 'flights', rate, signal }),
    replay(wineLines, { records, stream: 'wine', rate: WINE_RATE, signal }),
  ]
  await Promise.all(parts.map((part) => part.catch((error: unknown) => (signal.aborted ? undefined : onFailure(error)))))
}

/** Publishes each version when its time has come. One that the log has already is left out. */
async function publishModels({ models }: Services, scenario: readonly ScheduledModel[], signal: AbortSignal): Promise<void> {
  const started = performance.now()
  for (const { afterMs, bytes, ...query } of scenario) {
    await pause(Math.max(0, started + afterMs - performance.now()), undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    if (await isKnown(models, query)) continue
    // Later ones are not waited for: that a version is refused is part of the demo, and the page tells of it.
    await models.publish({ ...query, wait: afterMs === 0 ? 'true' : 'false' }, bytes)
  }
}

/** A demo that goes on from an earlier one finds its models on the log. */
async function isKnown(
  models: Services['models'],
  { dataType, name, version }: { dataType: string; name: string; version: string },
): Promise<boolean> {
  const all = await models.list()
  return all.find((history) => history.dataType === dataType)?.versions.some((entry) => entry.id === `${name}@${version}`) === true
}
