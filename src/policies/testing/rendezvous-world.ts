import type { Decision, StrayScore } from '../decisions/decision.ts'
import { Rendezvous, type RendezvousOptions } from '../rendezvous/rendezvous.ts'
import { restoreSnapshot, takeSnapshot } from '../rendezvous/snapshot.ts'
import type { PolicySpec } from '../../core/policy-spec.ts'

/** A rendezvous on a clock that only moves when told to, and all that came out of it. */
export class RendezvousWorld {
  readonly decisions: Decision[] = []
  readonly strays: StrayScore[] = []
  monotonicMs = 5000
  wallMs = 1_700_000_000_000
  rendezvous: Rendezvous
  readonly #options: Partial<RendezvousOptions>

  constructor(policies: Readonly<Record<string, PolicySpec>>, options: Partial<RendezvousOptions> = {}) {
    this.#options = options
    this.rendezvous = this.#new()
    for (const [dataType, spec] of Object.entries(policies)) this.rendezvous.setPolicy(dataType, spec)
  }

  #new(): Rendezvous {
    return new Rendezvous({
      clock: { now: () => this.wallMs, monotonic: () => this.monotonicMs },
      decided: (decision) => this.decisions.push(decision),
      stray: (stray) => this.strays.push(stray),
      ...this.#options,
    })
  }

  /** Lets time pass as a driver does that looks exactly when something is due. */
  pass(ms: number): void {
    const end = this.monotonicMs + ms
    for (let next = this.rendezvous.nextDueMs(); next !== undefined && next <= end; next = this.rendezvous.nextDueMs()) {
      this.#moveTo(next)
      this.rendezvous.advance()
    }
    this.#moveTo(end)
    this.rendezvous.advance()
  }

  /** Lets time pass while nobody looks. */
  stall(ms: number): void {
    this.#moveTo(this.monotonicMs + ms)
  }

  /** The process dies and another one goes on `downMs` later, with another monotonic clock, from what the first one had written. */
  crash(downMs: number): void {
    const snapshot = takeSnapshot(this.rendezvous, this.wallMs)
    this.wallMs += downMs
    this.monotonicMs = 17
    this.rendezvous = this.#new()
    restoreSnapshot(this.rendezvous, snapshot, this.wallMs)
  }

  #moveTo(ms: number): void {
    this.wallMs += ms - this.monotonicMs
    this.monotonicMs = ms
  }

  get last(): Decision | undefined {
    return this.decisions.at(-1)
  }
}
