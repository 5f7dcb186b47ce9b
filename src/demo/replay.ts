import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { resolve } from 'node:path'
import { createGunzip } from 'node:zlib'
import { setTimeout as pause } from 'node:timers/promises'
import type { RecordService } from '../api/services.ts'
import { EXAMPLES } from './scenario.ts'

export interface ReplayOptions {
  readonly records: RecordService
  readonly stream: string
  /** Records a second. */
  readonly rate: number
  readonly signal: AbortSignal
}

const STEP_MS = 50
/** One record in so many loses a brace on its way, so that there is something for the dead letters. */
const DAMAGED_EVERY = 997

/** Replays an example's records at a steady rate, from the beginning again when they are through, until the signal aborts. */
export async function replay(lines: () => AsyncIterable<string>, { records, stream, rate, signal }: ReplayOptions): Promise<void> {
  let sent = 0
  const started = performance.now()
  let body: string[] = []
  while (!signal.aborted) {
    for await (const line of lines()) {
      if (signal.aborted) return
      body.push(++sent % DAMAGED_EVERY === 0 ? line.slice(0, -1) : line)
      const ahead = (sent / rate) * 1000 - (performance.now() - started)
      if (ahead < 0 && body.length < 5000) continue
      await records.append(stream, Buffer.from(body.join('\n')), { format: 'ndjson', keyField: 'id' })
      body = []
      await pause(Math.max(STEP_MS, Math.min(ahead, 1000)), undefined, { signal }).catch(() => {})
    }
  }
}

/** The departures, in the order in which they happened. */
export async function* flightLines(): AsyncIterable<string> {
  yield* createInterface({ input: createReadStream(resolve(EXAMPLES, 'flights/records.ndjson.gz')).pipe(createGunzip()) })
}

/** The wines as JSON records. */
export async function* wineLines(): AsyncIterable<string> {
  let names: string[] | undefined
  for await (const line of createInterface({ input: createReadStream(resolve(EXAMPLES, 'wine/records.csv')) })) {
    const cells = line.split(',')
    if (names === undefined) names = cells
    else
      yield JSON.stringify(
        Object.fromEntries(names.map((name, i) => [name, name === 'dataType' || name === 'id' ? cells[i] : Number(cells[i])])),
      )
  }
}
