import { setTimeout as pause } from 'node:timers/promises'

const LOOK_EVERY_MS = 20

export interface EventuallyOptions {
  /** How long to wait; 30 s where absent. */
  readonly withinMs?: number
}

/**
 * Looks again and again until what is looked at is there (not undefined, not false), and answers it. What a look throws counts as
 * "not yet"; after the deadline it is thrown, or that nothing came of it.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  { withinMs = 30_000 }: EventuallyOptions = {},
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + withinMs
  for (;;) {
    let cause: unknown
    try {
      const found = await look()
      if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>
    } catch (error) {
      cause = error
    }
    if (performance.now() > deadline) {
      const reason = cause instanceof Error ? `: ${cause.message}` : ''
      throw new Error(`not within ${withinMs} ms: ${what}${reason}`, { cause })
    }
    await pause(LOOK_EVERY_MS)
  }
}
