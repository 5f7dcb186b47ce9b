/** Time, injected so that tests decide what it is. */
export interface Clock {
  /** Wall-clock time in milliseconds since the Unix epoch, with a fraction. May step backwards. */
  now(): number
  /** Milliseconds from an arbitrary start, with a fraction. Never steps backwards; use it for durations and deadlines. */
  monotonic(): number
}

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  monotonic: () => performance.now(),
}
