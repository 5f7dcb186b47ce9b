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

  constructor(identity: StatisticsIdentity) {
    this.dataType = identity.dataType
    this.model = identity.model
    this.description = identity.description
    this.format = identity.format
    this.since = identity.since
  }

  /** Counts a scored frame. */
  scored(rows: number, elapsedMs: number): void {
    if (rows === 0) return
    this.usage += rows
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
  }

  /** All of it, for the statistics topic. Numbers survive exactly. */
  toJSON(): StatisticsRecord {
    const { dataType, model, description, format, since, usage, duration, latency } = this
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
}
