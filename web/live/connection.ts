import type { LiveSnapshot } from '../../src/api/contract/live.ts'

/** How the page stands to its node. `since` is when this began, ms since the epoch by the browser's clock. */
export interface Connection {
  readonly phase: 'connecting' | 'live' | 'lost'
  readonly since: number
}

/** What the connection needs of the browser, so that a test can play it. */
export interface Surroundings {
  open(url: string): Pick<EventSource, 'close' | 'addEventListener'>
  readonly now: () => number
  /** Calls `tick` every so often until the page is gone. */
  every(ms: number, tick: () => void): void
}

/** Snapshots come twice a second; after this long without one, the node is not there, whatever the socket says. */
const SILENCE_MS = 4000
const RETRY_MS = 1500

/**
 * Follows GET /live for as long as the page is open and tells its listener each snapshot and each change of phase. An event
 * source gives up after some failures and does not notice a peer that falls silent, so it is closed and opened again here.
 */
export function followLive(
  listener: { snapshot(snapshot: LiveSnapshot): void; connection(connection: Connection): void },
  surroundings: Surroundings,
): void {
  const { now } = surroundings
  let connection: Connection = { phase: 'connecting', since: now() }
  let source: ReturnType<Surroundings['open']> | undefined
  let heardAt = 0
  let openedAt = 0

  const turn = (phase: Connection['phase']): void => {
    if (phase === connection.phase) return
    connection = { phase, since: now() }
    listener.connection(connection)
  }

  const open = (): void => {
    source?.close()
    const opened = surroundings.open('/live')
    source = opened
    openedAt = now()
    opened.addEventListener('message', (event) => {
      if (opened !== source) return
      const snapshot = parse((event as MessageEvent<string>).data)
      if (snapshot === undefined) return
      heardAt = now()
      turn('live')
      listener.snapshot(snapshot)
    })
    opened.addEventListener('error', () => {
      if (opened === source) turn('lost')
    })
  }

  open()
  surroundings.every(500, () => {
    const silent = now() - Math.max(heardAt, openedAt) > SILENCE_MS
    if (silent) turn('lost')
    if (connection.phase === 'lost' && now() - openedAt > RETRY_MS) open()
  })
}

function parse(data: string): LiveSnapshot | undefined {
  try {
    return JSON.parse(data) as LiveSnapshot
  } catch {
    return undefined
  }
}

export const browserSurroundings: Surroundings = {
  open: (url) => new EventSource(url),
  now: () => Date.now(),
  every: (ms, tick) => void setInterval(tick, ms),
}
