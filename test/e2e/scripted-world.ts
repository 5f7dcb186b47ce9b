import { createHash } from 'node:crypto'
import type { LiveSnapshot, NodeEvent, RejectedRecord, ScoredRecord, StreamLive } from '../../src/api/contract/live.ts'
import type { ModelVersion } from '../../src/api/contract/models.ts'
import type { DataTypeState } from '../../src/api/contract/state.ts'

type Models = LiveSnapshot['models'][number]

/** One data type's part in the play: how fast its records come, and what one looks like. */
export interface Part {
  readonly dataType: string
  readonly stream: string
  rate: number
  /** Share of its records that is rejected. */
  rejects: number
  record(i: number): {
    readonly record: Record<string, unknown>
    readonly score: number | string
    readonly outputs: ScoredRecord['outputs']
  }
}

/**
 * A node that is made up: it gives snapshots like a real one's, and changes only when it is told to. Time passes by `pass`, so a
 * test decides what a person sees.
 */
export class ScriptedWorld {
  now: number
  readonly parts: Part[] = []
  readonly streams: StreamLive[] = []
  readonly models: Models[] = []
  swaps: LiveSnapshot['swaps'] = []
  scores: ScoredRecord[] = []
  rejections: RejectedRecord[] = []
  events: NodeEvent[] = []
  readonly #startedAt: number
  #count = 0

  constructor(now: number) {
    this.now = now
    this.#startedAt = now - 11_520_000
  }

  stream(name: string, changes: Partial<StreamLive> = {}): void {
    const latency = { p50: null, p95: null, p99: null, p999: null, max: null }
    const counts = { scored: 0, rejected: 0, backlog: 0, rate: 0, scoringNs: null, latency, held: null }
    this.streams.push({
      name,
      input: name,
      output: 'scores',
      deadLetters: 'dead-letters',
      format: 'json',
      partitions: 2,
      ...counts,
      ...changes,
    })
  }

  part(part: Part): void {
    this.parts.push(part)
  }

  publish(dataType: string, id: string, changes: Partial<ModelVersion> = {}): ModelVersion {
    const [name = '', version = ''] = id.split('@')
    const sha256 = createHash('sha256').update(id).digest('hex')
    const settled = { status: 'ready', servingSince: null, loadMs: 210, reason: null } as const
    const about = { description: '', dataType, format: 'pmml', sha256, bytes: 48_231, metadata: {}, publishedAt: this.now, offset: '1' }
    const model: ModelVersion = { id, name, version, ...about, ...settled, ...changes }
    const entry = this.#entry(dataType)
    entry.versions.unshift(model)
    this.#tell(
      model.reason === null ? 'model-published' : 'model-refused',
      dataType,
      id,
      model.reason?.message ?? `${id} was published`,
      model.reason?.code,
    )
    return model
  }

  /** Lets a version take over, as of the next record of each partition. */
  serve(dataType: string, id: string, kind = 'model-serving'): void {
    const entry = this.#entry(dataType)
    const part = this.parts.find((candidate) => candidate.dataType === dataType)
    const stream = this.streams.find(({ name }) => name === part?.stream) ?? this.streams[0]!
    const previous = entry.serving
    for (const version of entry.versions) {
      const serves = version.id === id
      if (serves) Object.assign(version, { status: 'serving', servingSince: this.now })
      else if (version.status === 'serving') Object.assign(version, { status: 'ready', servingSince: null })
    }
    const { name, version, sha256 } = entry.versions.find((candidate) => candidate.id === id)!
    for (let partition = 0; partition < stream.partitions; partition++) {
      const fromOffset = String(Math.floor(stream.scored / stream.partitions) + partition * 17)
      this.swaps.unshift({ dataType, name, version, sha256, topic: stream.input, partition, fromOffset, at: this.now, previous })
    }
    Object.assign(entry, { previous, serving: id })
    this.#tell(kind, dataType, id, previous === null ? `${id} serves ${dataType}` : `${id} took over ${dataType} from ${previous}`)
  }

  /** Lets time pass: records come, are scored by what serves, and some are rejected. */
  pass(ms: number): void {
    this.now += ms
    for (const stream of this.streams) stream.rate = 0
    for (const part of this.parts) this.#flow(part, ms)
    this.scores = this.scores.slice(0, 20)
    this.rejections = this.rejections.slice(0, 20)
  }

  #flow(part: Part, ms: number): void {
    const stream = this.streams.find(({ name }) => name === part.stream)!
    const model = this.models.find(({ dataType }) => dataType === part.dataType)
    const wave = part.rate * (1 + 0.06 * Math.sin(this.now / 3700) + 0.03 * Math.sin(this.now / 900))
    const records = Math.round((wave * ms) / 1000)
    if (model?.serving == null) {
      stream.backlog += records
      stream.held = records > 0 ? part.dataType : stream.held
      return
    }
    stream.held = null
    stream.backlog = Math.round(wave * 0.002)
    const rejected = Math.round(
      records * part.rejects + (records * part.rejects < 0.5 && this.#count % 7 === 0 && part.rejects > 0 ? 0.5 : 0),
    )
    stream.scored += records - rejected
    stream.rejected += rejected
    stream.rate += wave
    stream.scoringNs = 1180 + 60 * Math.sin(this.now / 2000)
    const p50 = 1.9 + 0.2 * Math.sin(this.now / 5000)
    stream.latency = { p50, p95: p50 * 1.9, p99: p50 * 2.7 + 0.3 * Math.sin(this.now / 1300), p999: p50 * 5, max: p50 * 9 }
    model.usage[model.serving] = (model.usage[model.serving] ?? 0) + records - rejected
    // The node's rates are means over the last seconds, so the version before fades out.
    for (const id in model.rates) model.rates[id] = model.rates[id]! < 1 ? 0 : model.rates[id]! * 0.45
    model.rates[model.serving] = 0
    model.rates[model.serving] = Math.max(0, wave - Object.values(model.rates).reduce((sum, rate) => sum + rate, 0))
    for (let i = 0; i < Math.min(3, records - rejected); i++) this.#score(part, stream, model.serving)
    if (rejected > 0) this.#reject(part, stream, model.serving)
  }

  #score(part: Part, stream: StreamLive, model: string): void {
    const i = this.#count++
    const place = { topic: stream.input, partition: i % stream.partitions, offset: String(stream.scored + i), key: null }
    this.scores.unshift({
      ...place,
      dataType: part.dataType,
      model,
      at: this.now - (i % 3),
      latencyMs: 1.4 + ((i * 7) % 19) / 10,
      ...part.record(i),
    })
  }

  #reject(part: Part, stream: StreamLive, model: string): void {
    const i = this.#count++
    const [code, message] = REASONS[i % REASONS.length]!
    const place = {
      topic: stream.input,
      partition: i % stream.partitions,
      offset: String(stream.scored + i),
      key: i % 2 === 0 ? null : `k-${i}`,
    }
    this.rejections.unshift({ ...place, dataType: i % 4 === 3 ? null : part.dataType, model, code, message, at: this.now })
  }

  #entry(dataType: string): Models {
    const known = this.models.find((model) => model.dataType === dataType)
    if (known !== undefined) return known
    const entry: Models = { dataType, serving: null, previous: null, versions: [], usage: {}, rates: {} }
    this.models.push(entry)
    return entry
  }

  #tell(kind: string, dataType: string, model: string, message: string, code: string | null = null): void {
    this.events = [{ at: this.now, kind, dataType, model, message, code }, ...this.events].slice(0, 50)
  }

  snapshot(): LiveSnapshot {
    const node = {
      version: '0.1.0',
      startedAt: this.#startedAt,
      log: 'sqlite',
      guarantee: 'exactly-once',
      loopDelayMs: 3.2,
      rssBytes: 188_400_000,
    } as const
    const { now: at, streams, models, swaps, scores, rejections, events } = this
    return structuredClone({ at, node, streams, models, swaps: swaps.slice(0, 50), scores, rejections, events })
  }

  state(dataType: string): DataTypeState {
    const { versions, usage, serving } = this.#entry(dataType)
    const latency = { p50: 1.9, p95: 3.6, p99: 5.1, p999: 9, max: 17 }
    const statistics = versions
      .filter(({ id }) => (usage[id] ?? 0) > 0)
      .map(({ id, name, version, description, format, publishedAt }) => {
        const used = usage[id]!
        const figures = { since: publishedAt, usage: used, rejected: 0, duration: used * 0.00118, min: 0.0009, max: 0.004, latency }
        return Object.assign(figures, { id, name, version, description, format })
      })
    const counted: Record<string, number> = {}
    for (const { code } of this.rejections) counted[code] = (counted[code] ?? 0) + 1
    const totals = {
      scored: Object.values(usage).reduce((sum, used) => sum + used, 0),
      rejected: this.rejections.length,
      rejections: counted,
    }
    return { dataType, serving, totals, versions: statistics }
  }
}

const REASONS: readonly (readonly [code: string, message: string])[] = [
  ['record.feature.missing', "feature 'dep_delay' is absent; late-arrival@2 needs a number"],
  ['record.feature.unknown-category', "carrier 'ZZ' is not one of the 16 that late-arrival@2 knows, such as AA, B6, UA"],
  ['record.json.malformed', 'the value is not a JSON object: unexpected end at byte 212'],
  ['record.feature.not-finite', "feature 'temp' is NaN; send a finite number or leave it out"],
]
