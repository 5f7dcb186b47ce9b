import { SluiceError } from '../core/errors.ts'

/** Records of one topic that came together: those from `from` to before `to`, at `wall` ms since the Unix epoch. */
export interface Arrival {
  readonly topic: string
  readonly from: number
  readonly to: number
  readonly wall: number
}

/** From where the changelog and the results must be read to know all that was still of interest. */
export interface ScanFrom {
  readonly changelog: number
  readonly results: number
}

/**
 * A record of the changelog: what came since the one before it, and how far each topic was read. Inputs and scores are not in it, as their topics have
 * them; so it stays small, whatever comes.
 */
export interface ArrivalsEntry {
  readonly scan: ScanFrom
  readonly next: Readonly<Record<string, number>>
  readonly arrivals: readonly Arrival[]
}

const FORMAT = 1
const MAX_ARRIVALS = 1_000_000
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function writeArrivals({ scan, next, arrivals }: ArrivalsEntry): Uint8Array {
  const topics = [...new Set(arrivals.map(({ topic }) => topic))]
  const places = new Map(topics.map((topic, i) => [topic, i]))
  const rows = arrivals.map(({ topic, from, to, wall }) => [places.get(topic), from, to, wall])
  return encoder.encode(JSON.stringify({ format: FORMAT, scan, next, topics, arrivals: rows }))
}

/** Throws `log.corrupt`. */
export function readArrivals(bytes: Uint8Array): ArrivalsEntry {
  try {
    const { format, scan, next, topics, arrivals } = JSON.parse(decoder.decode(bytes)) as Raw
    if (format !== FORMAT) throw new TypeError(`its format is ${String(format)}, but must be ${FORMAT}`)
    if (arrivals.length > MAX_ARRIVALS) throw new TypeError(`it has ${arrivals.length} arrivals, but must have at most ${MAX_ARRIVALS}`)
    return {
      scan: { changelog: whole(scan.changelog), results: whole(scan.results) },
      next: Object.fromEntries(Object.entries(next).map(([topic, offset]) => [topic, whole(offset)])),
      arrivals: arrivals.map(([topic, from, to, wall]) => {
        const name = topics[whole(topic)]
        if (typeof name !== 'string' || !Number.isFinite(wall)) throw new TypeError('an arrival has no topic or no time')
        return { topic: name, from: whole(from), to: whole(to), wall: wall! }
      }),
    }
  } catch (cause) {
    throw new SluiceError('log.corrupt', `a record of the changelog is not a rendezvous': ${(cause as Error).message}`, { cause })
  }
}

interface Raw {
  readonly format: unknown
  readonly scan: { readonly changelog: unknown; readonly results: unknown }
  readonly next: Readonly<Record<string, unknown>>
  readonly topics: readonly unknown[]
  readonly arrivals: readonly (readonly (number | undefined)[])[]
}

function whole(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new TypeError(`${String(value)} is not a whole number of 0 or more`)
  return value as number
}
