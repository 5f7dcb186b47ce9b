import type { Clock } from '../core/clock.ts'
import { MAX_BUDGET_MS } from '../core/policy-spec.ts'

/**
 * The time by which a lane decides: it stands still while records that came together are gone through, so that they are gone through in the same way
 * after a restart, from when they came.
 */
export class LaneClock implements Clock {
  readonly #clock: Clock
  #monotonic: number
  /** When it was moved last by the wall clock, in ms since the Unix epoch; never before what it was. */
  wall: number

  constructor(clock: Clock) {
    this.#clock = clock
    // Before anything that may be gone through again: time does not go back.
    this.#monotonic = clock.monotonic() - 2 * MAX_BUDGET_MS
    this.wall = -Infinity
  }

  now(): number {
    return this.#clock.now()
  }

  monotonic(): number {
    return this.#monotonic
  }

  /** Moves to the present. */
  move(): void {
    this.#monotonic = this.#clock.monotonic()
    this.wall = Math.max(this.wall, this.#clock.now())
  }

  /** Moves to when it was so late by the wall clock, as far as can be told: not after the present. */
  moveTo(wall: number): void {
    this.#monotonic = this.#clock.monotonic() - Math.max(0, this.#clock.now() - wall)
    this.wall = wall
  }
}
