/** Sub-buckets per power of two: quantiles are exact to 1/32, about 3 %, and below 16 microseconds to half of one. */
const STEPS = 16
const STEP_BITS = 4
/** From 1 microsecond to 2^40 microseconds. */
const OCTAVES = 40
/** Eleven days and a half. */
const LONGEST_MICROS = 1e12
const BUCKETS = OCTAVES * STEPS

/**
 * Counts durations in buckets whose width grows with the duration (log-linear, as HdrHistogram's), from a microsecond to
 * eleven days and a half; longer ones count as that long, though `maxMs` knows. Histograms of the same kind can be added up; the
 * whole of one is its counts and the longest duration.
 */
export class DurationHistogram {
  #counts: Float64Array | undefined
  total = 0
  maxMs = 0

  /** Per bucket; made when it is needed, since many histograms stay empty. */
  get counts(): Float64Array {
    return (this.#counts ??= new Float64Array(BUCKETS))
  }

  /** Counts one duration in milliseconds; a negative one (a clock that stepped back) counts as zero. */
  record(milliseconds: number): void {
    NOW[0] = milliseconds
    this.recordSince(ZERO, 0, NOW)
  }

  /** Counts the time from `times[i]` to `now[0]`, both in milliseconds. Numbers that are passed in arrays need no memory of their own. */
  recordSince(times: Float64Array, i: number, now: Float64Array): void {
    const milliseconds = now[0]! - times[i]!
    const micros = milliseconds > 0 ? Math.min(milliseconds * 1000, LONGEST_MICROS) : 0
    this.counts[bucketOf(micros)]!++
    this.total++
    if (milliseconds > this.maxMs) this.maxMs = Math.min(milliseconds, Number.MAX_VALUE)
  }

  /** The duration in milliseconds below which this fraction of the counted ones is, or null where none was counted. */
  quantile(fraction: number): number | null {
    if (this.total === 0) return null
    const rank = Math.max(1, Math.ceil(fraction * this.total))
    let seen = 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.counts[bucket]!
      if (seen >= rank) return Math.min(middleOf(bucket) / 1000, this.maxMs)
    }
    return this.maxMs
  }

  add(other: DurationHistogram): void {
    if (other.total === 0) return
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.counts[bucket]! += other.counts[bucket]!
    this.total += other.total
    this.maxMs = Math.max(this.maxMs, other.maxMs)
  }

  clear(): void {
    this.#counts?.fill(0)
    this.total = 0
    this.maxMs = 0
  }

  /** The buckets that are not empty, as [bucket, count, …]; and the longest duration. Buckets that no histogram has are passed over by `fromJSON`. */
  toJSON(): { buckets: number[]; maxMs: number } {
    const buckets: number[] = []
    if (this.total === 0) return { buckets, maxMs: this.maxMs }
    for (let bucket = 0; bucket < BUCKETS; bucket++) if (this.counts[bucket]! > 0) buckets.push(bucket, this.counts[bucket]!)
    return { buckets, maxMs: this.maxMs }
  }

  static fromJSON(json: { readonly buckets: readonly number[]; readonly maxMs: number }): DurationHistogram {
    const histogram = new DurationHistogram()
    for (let i = 0; i + 1 < json.buckets.length; i += 2) {
      const bucket = json.buckets[i]!
      if (histogram.counts[bucket] === undefined) continue
      histogram.counts[bucket] += json.buckets[i + 1]!
      histogram.total += json.buckets[i + 1]!
    }
    histogram.maxMs = json.maxMs
    return histogram
  }
}

const ZERO = new Float64Array(1)
const NOW = new Float64Array(1)

/** Below 16 microseconds a bucket is one microsecond wide; above, a sixteenth of its octave. */
function bucketOf(micros: number): number {
  if (micros < STEPS) return Math.trunc(micros)
  if (micros < 2147483648) {
    const whole = Math.trunc(micros)
    const shift = 31 - Math.clz32(whole) - STEP_BITS
    return (shift + 1) * STEPS + ((whole >>> shift) - STEPS)
  }
  const octave = Math.floor(Math.log2(micros))
  const shift = octave - STEP_BITS
  return Math.min(BUCKETS - 1, (shift + 1) * STEPS + (Math.floor(micros / 2 ** shift) - STEPS))
}

function middleOf(bucket: number): number {
  if (bucket < STEPS) return bucket + 0.5
  const shift = Math.floor(bucket / STEPS) - 1
  return ((bucket % STEPS) + STEPS + 0.5) * 2 ** shift
}
