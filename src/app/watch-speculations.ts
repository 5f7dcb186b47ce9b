import type { PolicyInForce } from '../api/contract/index.ts'
import type { Timers } from '../core/timers.ts'
import type { Journal } from '../services/journal.ts'

export interface WatchOptions {
  readonly journal: Journal
  readonly timers: Timers
  /** The policies of all data types, with what is wrong with their times. */
  readonly policies: () => Iterable<readonly [dataType: string, policies: readonly PolicyInForce[]]>
}

const EVERY_MS = 10_000

/** Says once, as an event, when the time of a speculation turns out not to be between those that its models take; again only after it was right. */
export function watchSpeculations({ journal, timers, policies }: WatchOptions): Disposable {
  let told = new Set<string>()
  let stop: () => void
  const look = (): void => {
    const now = new Set<string>()
    for (const [dataType, inForce] of policies()) {
      for (const { stream, epoch, warnings = [] } of inForce) {
        for (const message of warnings) {
          // Its numbers change all the time.
          const key = `${stream}\n${dataType}\n${epoch}\n${message.replaceAll(/ takes .*? ms/g, '')}`
          now.add(key)
          if (!told.has(key))
            journal.note({ kind: 'policy-warning', dataType, model: null, message: `stream '${stream}': ${message}`, code: null })
        }
      }
    }
    told = now
    stop = timers.after(EVERY_MS, look)
  }
  stop = timers.after(EVERY_MS, look)
  return { [Symbol.dispose]: () => stop() }
}
