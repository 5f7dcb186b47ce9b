import { DurationHistogram } from './histogram.ts'

/**
 * What one model version did for one data type in one partition of the input. `dataType` is empty for records that were
 * rejected before their data type was known, and `model` for those that were rejected before a model got them.
 */
export class ModelStatistics {
  readonly dataType: string
  /** `name@version`, or empty. */
  readonly model: string
  readonly description: string
  readonly format: string
  /** When it first served, ms since the epoch. */
  readonly since: number
  /** Records scored. */
  usage = 0
  /** Total time of scoring, ms. */
  duration = 0
  /** Shortest and longest time of scoring per record, of whole batches, ms. */
  min = Infinity
  max = -Infinity
  /** Records rejected, by error code. */
  readonly rejections = new Map<string, number>()
  /** From the record's timestamp to its answer. */
  latency = new DurationHistogram()
  /** As an arm of policies: from the arrival of a batch to its scores, once for each batch that it scored. */
  arrival = new DurationHistogram()
  /** What it did as an arm of policies; undefined where it never was one. */
  arm: ArmCounts | undefined
  /** What its cache did; undefined where it never had one. */
  cache: CacheCounts | undefined

  constructor(identity: StatisticsIdentity) {
    this.dataType = identity.dataType
    this.model = identity.model
    this.description = identity.description
    this.format = identity.format
    this.since = identity.since
  }

  /** Counts a scored frame. */
  scored(rows: number, elapsedMs: number): void {
    this.usage += rows
    this.worked(rows, elapsedMs)
  }

  /** Counts the time of scoring a frame. */
  worked(rows: number, elapsedMs: number): void {
    if (rows === 0) return
    this.duration += elapsedMs
    this.min = Math.min(this.min, elapsedMs / rows)
    this.max = Math.max(this.max, elapsedMs / rows)
  }

  reject(code: string): void {
    this.rejections.set(code, (this.rejections.get(code) ?? 0) + 1)
  }

  get rejected(): number {
    let sum = 0
    for (const count of this.rejections.values()) sum += count
    return sum
  }

  /** Adds what the same model did elsewhere (another partition). */
  add(other: ModelStatistics): void {
    this.usage += other.usage
    this.duration += other.duration
    this.min = Math.min(this.min, other.min)
    this.max = Math.max(this.max, other.max)
    for (const [code, count] of other.rejections) this.rejections.set(code, (this.rejections.get(code) ?? 0) + count)
    this.latency.add(other.latency)
    this.arrival.add(other.arrival)
    if (other.arm !== undefined) addArmCounts((this.arm ??= newArmCounts()), other.arm)
    if (other.cache !== undefined) addCacheCounts((this.cache ??= newCacheCounts()), other.cache)
  }

  /** All of it, for the statistics topic. Numbers survive exactly. */
  toJSON(): StatisticsRecord {
    const { dataType, model, description, format, since, usage, duration, latency, arrival } = this
    const extremes = this.min <= this.max ? { min: this.min, max: this.max } : {}
    return {
      dataType,
      model,
      description,
      format,
      since,
      usage,
      duration,
      ...extremes,
      rejections: Object.fromEntries(this.rejections),
      latency: latency.toJSON(),
      ...(arrival.total > 0 && { arrival: arrival.toJSON() }),
      ...(this.arm && { arm: { ...this.arm } }),
      ...(this.cache && { cache: { ...this.cache } }),
    }
  }

  static fromJSON(json: StatisticsRecord): ModelStatistics {
    const statistics = new ModelStatistics(json)
    statistics.usage = json.usage
    statistics.duration = json.duration
    statistics.min = json.min ?? Infinity
    statistics.max = json.max ?? -Infinity
    for (const [code, count] of Object.entries(json.rejections)) statistics.rejections.set(code, count)
    statistics.latency = DurationHistogram.fromJSON(json.latency)
    if (json.arrival !== undefined) statistics.arrival = DurationHistogram.fromJSON(json.arrival)
    if (json.arm !== undefined) addArmCounts((statistics.arm = newArmCounts()), json.arm)
    if (json.cache !== undefined) addCacheCounts((statistics.cache = newCacheCounts()), json.cache)
    return statistics
  }
}

export interface StatisticsIdentity {
  readonly dataType: string
  readonly model: string
  readonly description: string
  readonly format: string
  readonly since: number
}

/** The value of a record on the statistics topic. */
export interface StatisticsRecord extends StatisticsIdentity {
  readonly usage: number
  readonly duration: number
  readonly min?: number
  readonly max?: number
  readonly rejections: Readonly<Record<string, number>>
  readonly latency: { readonly buckets: readonly number[]; readonly maxMs: number }
  readonly arrival?: StatisticsRecord['latency']
  readonly arm?: Readonly<ArmCounts>
  readonly cache?: Readonly<CacheCounts>
}

/** What a model version did as an arm of policies, in numbers of records. */
export interface ArmCounts {
  scored: number
  /** Records that it could not answer. */
  failed: number
  /** Scores that came after their record was decided. */
  late: number
  /** Records that it was not given, since they were decided before it could begin. */
  cancelled: number
  /** Answers that were its own. */
  chosen: number
  /** Records that it scored and somebody answered, and those of them where both said the same. */
  compared: number
  agreed: number
}

export function newArmCounts(): ArmCounts {
  return { scored: 0, failed: 0, late: 0, cancelled: 0, chosen: 0, compared: 0, agreed: 0 }
}

const ARM_COUNTS = Object.keys(newArmCounts()) as (keyof ArmCounts)[]

function addArmCounts(to: ArmCounts, more: Readonly<ArmCounts>): void {
  for (const name of ARM_COUNTS) to[name] += more[name]
}

/** What the cache of a model version did, in numbers of records. */
export interface CacheCounts {
  /** Those whose answers were there. */
  hits: number
  /** Those that the model was asked for. */
  misses: number
  /** Those whose like the model was at already, whose answer is theirs too. */
  coalesced: number
}

export function newCacheCounts(): CacheCounts {
  return { hits: 0, misses: 0, coalesced: 0 }
}

export function addCacheCounts(to: CacheCounts, more: Readonly<CacheCounts>): void {
  to.hits += more.hits
  to.misses += more.misses
  to.coalesced += more.coalesced
}
