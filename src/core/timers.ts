/** Timers, injected so that tests decide when they fire. */
export interface Timers {
  /** Calls back after about so many milliseconds, not sooner than the next turn. What it returns takes it back; it does not keep the process alive. */
  after(milliseconds: number, call: () => void): () => void
}

export const systemTimers: Timers = {
  after(milliseconds, call) {
    const timer = setTimeout(call, Math.max(0, Math.ceil(milliseconds)))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
