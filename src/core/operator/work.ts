import { type Batch, INDEX, offsetOf } from '../batch.ts'
import { systemTimers } from '../timers.ts'
import { writeDeadLetter } from '../dead-letter.ts'
import { SluiceError } from '../errors.ts'
import type { ModelState } from '../model-state.ts'
import { Outcomes } from '../outcomes.ts'
import type { Arm, Decision } from '../policy.ts'
import type { RecordBatchWriter } from '../record-batch-writer.ts'
import type { ModelStatistics } from '../statistics.ts'
import type { SwapMarker } from '../swap-marker.ts'
import type { Answers } from './answers.ts'
import { BatchChain } from './batch-chain.ts'
import { Group } from './group.ts'
import type { Lane } from './lane.ts'
import type { OperatorOptions } from './operator.ts'
import { failFrame, rejectUnusable } from './rejections.ts'
import { scoreWithStates } from './score-with-states.ts'
import { answerTo, ChosenAnswer, settleGroup } from './policy-answers.ts'
import { noteLate, writeDecisions, writeLogRecord } from './policy-decisions.ts'
import type { PolicyGroup } from './policy-group.ts'
import { ServedModel } from './served-model.ts'
import type { ServedPolicy } from './served-policy.ts'
import { statisticsOf } from './statistics-of.ts'

/** One batch on its way through the operator. */
export class Work {
  readonly outcomes = new Outcomes()
  batch!: Batch
  lane!: Lane
  /** Settled when all groups are scored; undefined where they already are. */
  done: Promise<void> | undefined
  /** Per rejected record, the code of its data type; -1 where it is not known. */
  typeOf = new Int32Array(0)
  readonly #options: OperatorOptions
  readonly #recycle: (work: Work) => void
  readonly #outputs: BatchChain
  readonly #deadLetters: BatchChain
  readonly #decisions: BatchChain
  readonly #groups: Group[] = []
  /** Those of the data types that have a policy of several arms. */
  #policies: PolicyGroup[] = []
  readonly #chosen = new ChosenAnswer()
  /** Where the last answer of a policy was counted. */
  #counted: ModelStatistics | undefined
  /** Per record, the group that it is in: its place in `groups`, or -1 - its place in `policies`. */
  #groupOf = new Int32Array(0)
  /** Per code of a data type: its group + 1, or its place in `policies` negative and - 1; 0 where it has none. Only the entries of this batch's groups are not 0. */
  #groupOfType = new Int32Array(0)
  #used = 0
  #markers: SwapMarker[] = []
  #states: ModelState[] = []
  readonly #changed = new Set<ModelStatistics>()
  /** When the batch is finished, in ms. */
  readonly #now = new Float64Array(1)

  constructor(options: OperatorOptions, recycle: (work: Work) => void) {
    this.#options = options
    this.#recycle = recycle
    this.#outputs = new BatchChain(options.maxBatchBytes, options.maxOutputBytes)
    this.#deadLetters = new BatchChain(options.maxBatchBytes, options.maxDeadLetterBatchBytes)
    this.#decisions = new BatchChain(options.maxBatchBytes)
  }

  reset(batch: Batch, lane: Lane): void {
    this.batch = batch
    this.lane = lane
    this.done = undefined
    for (let g = 0; g < this.#used; g++) this.#groupOfType[this.#groups[g]!.type] = 0
    for (const { type } of this.#policies) this.#groupOfType[type] = 0
    this.#policies = []
    this.#used = 0
    this.#markers = []
    this.#states = []
    this.#changed.clear()
    this.outcomes.reset(batch.count)
    this.#outputs.reset()
    this.#deadLetters.reset()
    this.#decisions.reset()
    if (this.typeOf.length < batch.count) {
      this.typeOf = new Int32Array(batch.count * 2)
      this.#groupOf = new Int32Array(batch.count * 2)
    }
    this.typeOf.fill(-1, 0, batch.count)
  }

  /** The place of the group of a data type (its code), begun where it is new. */
  groupFor(type: number, served: ServedModel | ServedPolicy): number {
    const known = this.#groupOfType[type]
    if (known !== undefined && known !== 0) return known > 0 ? known - 1 : known
    if (type >= this.#groupOfType.length) {
      const grown = new Int32Array(Math.max(64, (type + 1) * 2))
      grown.set(this.#groupOfType)
      this.#groupOfType = grown
    }
    if (!(served instanceof ServedModel)) return this.#policyFor(type, served)
    const group = (this.#groups[this.#used] ??= new Group())
    group.reset({ type, dataType: this.#options.dataTypes.dictionary.text(type), served })
    served.loaded.retain()
    this.#groupOfType[type] = ++this.#used
    return this.#used - 1
  }

  #policyFor(type: number, served: ServedPolicy): number {
    const group = served.take()
    group.reset({ type, dataType: this.#options.dataTypes.dictionary.text(type), served })
    return (this.#groupOfType[type] = -this.#policies.push(group))
  }

  add(group: number, record: number): void {
    if (group < 0) this.#policies[-1 - group]!.add(record)
    else this.#groups[group]!.add(record)
    this.#groupOf[record] = group
  }

  /** Gives the groups back without having done anything. */
  abandon(): void {
    this.#releaseModels()
    for (const group of this.#policies) group.release(nothing)
    this.#recycle(this)
  }

  /** Decodes and scores all groups, and notes the versions that answer for the first time. */
  score(): void {
    const pending: Promise<void>[] = []
    try {
      this.#scoreAll(pending)
    } catch (error) {
      // Models may still be at it, so the buffers are not given to anybody else.
      void Promise.allSettled(pending).then(() => this.#releaseModels())
      for (const group of this.#policies) group.abandon()
      for (const group of this.#policies) group.release(nothing)
      throw error
    }
    if (pending.length > 0) this.done = Promise.all(pending).then(nothing)
  }

  #scoreAll(pending: Promise<void>[]): void {
    for (let g = 0; g < this.#used; g++) {
      const group = this.#groups[g]!
      this.#mark(group)
      group.served!.reader.read(this.batch, group.records, group.count, group.frame, this.outcomes)
      const { hasState, arms } = group.served!
      const scoring = hasState ? this.#scoreWithStates(group) : this.#decide(group, arms)
      if (scoring !== undefined) pending.push(scoring)
    }
    for (const group of this.#policies) this.#startPolicy(group, pending)
  }

  #startPolicy(group: PolicyGroup, pending: Promise<void>[]): void {
    const { clock, timers = systemTimers, maxStateBytes = Infinity, decisions = false } = this.#options
    const scoring = group.start({
      batch: this.batch,
      lane: this.lane,
      clock,
      timers,
      maxStateBytes,
      decisions,
      onLate: (late, run) => noteLate(late, run, decisions),
    })
    if (scoring !== undefined) pending.push(scoring)
    for (const run of group.runs) if (run.count > 0) this.#mark(run, run.slot)
  }

  /** Whether all of it is over by a deadline, since policies with budgets decide. */
  get isTimed(): boolean {
    return this.#policies.length > 0
  }

  /** Writes answers, dead letters and statistics. Call it once `done`, in the order in which the lane's batches began. */
  finish(): Answers {
    const { batch, outcomes } = this
    const now = this.#options.clock.now()
    this.#now[0] = now
    for (let g = 0; g < this.#used; g++) {
      const group = this.#groups[g]!
      this.#count(group)
      if (group.states.length > 0) this.#takeStates(group)
    }
    for (const group of this.#policies) this.#finishPolicy(group)
    this.#counted = undefined
    for (let i = 0; i < batch.count; i++) {
      const at = this.#groupOf[i]!
      if (outcomes.rejected[i] === 1) this.#writeRejected(i)
      else if (at >= 0) this.#writeAnswer(i, this.#groups[at]!)
      else this.#writeChosen(i, this.#policies[-1 - at]!)
    }
    const late = this.lane.late.take(this.#changed)
    if (this.#options.decisions === true) for (const record of late) writeLogRecord(this.#decisions, record)
    return {
      outputs: this.#outputs.finish(),
      deadLetters: this.#deadLetters.finish(),
      decisions: this.#decisions.finish(),
      markers: this.#markers,
      statistics: [...this.#changed],
      states: this.#states,
      scored: batch.count - outcomes.rejections,
      rejected: outcomes.rejections,
      nextOffset: batch.nextOffset,
      at: now,
    }
  }

  /** Gives back the models, the batch and the buffers. The answers' bytes are then invalid. */
  release(): void {
    this.#releaseModels()
    const { batch } = this
    if (this.#policies.length === 0) batch.release()
    else {
      // Models that are late still read from it.
      let held = this.#policies.length
      const free = (): void => {
        if (--held === 0) batch.release()
      }
      for (const group of this.#policies) group.release(free)
    }
    this.#recycle(this)
  }

  /** The groups of the batch, with their frames and scores; valid until the work is released. For samples of what goes by. */
  groups(): readonly Group[] {
    return this.#groups.slice(0, this.#used)
  }

  /** Those of the data types that have a policy of several arms. */
  policies(): readonly PolicyGroup[] {
    return this.#policies
  }

  #mark(group: Group, arm?: string): void {
    const { descriptor } = group.served!.loaded
    const fromOffset = String(offsetOf(this.batch, group.records[0]!))
    const marker = this.lane.answers(group.dataType, descriptor, { fromOffset, at: this.#options.clock.now(), arm })
    if (marker !== undefined) this.#markers.push(marker)
  }

  #scoreWithStates(group: Group): Promise<void> | undefined {
    const { maxStateBytes: maxBytes = Infinity } = this.#options
    return scoreWithStates(group, { batch: this.batch, states: this.lane.states, maxBytes, decide: (arms) => this.#decide(group, arms) })
  }

  #takeStates({ states }: Group): void {
    for (const state of states) {
      this.lane.states.finish(state)
      this.#states.push(state)
    }
  }

  #decide(group: Group, arms: readonly Arm[]): Promise<void> | undefined {
    const { policy, clock } = this.#options
    // The policy does this too; but it may fail before.
    group.scores.reset(group.served!.loaded.model.outputs, group.frame.rows)
    if (group.frame.rows === 0) return undefined
    let decision: Decision | Promise<Decision>
    try {
      decision = policy.decide(group.frame, arms, group.scores, clock)
    } catch (error) {
      return failFrame(group, error)
    }
    if (!(decision instanceof Promise)) {
      group.elapsedMs = decision.elapsedMs
      return undefined
    }
    return decision.then(
      (made) => {
        group.elapsedMs = made.elapsedMs
      },
      (error: unknown) => failFrame(group, error),
    )
  }

  #finishPolicy(group: PolicyGroup): void {
    settleGroup(group, this.outcomes, this.#changed)
    for (const run of group.runs) if (run.states.length > 0) this.#takeStates(run)
    for (let n = 0; this.outcomes.rejections > 0 && n < group.count; n++)
      if (this.outcomes.rejected[group.records[n]!] === 1) this.typeOf[group.records[n]!] = group.type
    if (this.#options.decisions === true) writeDecisions(group, this.#decisions)
    group.written()
  }

  /** Moves what the model rejected, or answered without a usable score, to the outcomes, and counts the rest. */
  #count(group: Group): void {
    const { frame } = group
    rejectUnusable(group, this.outcomes)
    let scored = frame.rows
    for (let row = 0; row < frame.rows; row++) scored -= this.outcomes.rejected[frame.records[row]!]!
    if (scored === 0) return
    const statistics = this.#statistics(group)
    statistics.scored(scored, group.elapsedMs)
    group.statistics = statistics
    this.#changed.add(statistics)
  }

  #statistics(group: Group): ModelStatistics {
    return statisticsOf(this.lane, group.dataType, { served: group.served!, clock: this.#options.clock })
  }

  #writeAnswer(i: number, group: Group): void {
    const { frame } = group
    while (frame.records[group.row] !== i) group.row++
    const chosen = this.#chosen
    const served = group.served!
    chosen.writer = served.writer
    chosen.headers = served.headers
    chosen.scores = group.scores
    chosen.row = group.row
    chosen.statistics = group.statistics!
    this.#write(i, chosen)
  }

  #writeChosen(i: number, group: PolicyGroup): void {
    const chosen = this.#chosen
    answerTo(group, i, chosen)
    chosen.statistics.usage++
    if (chosen.statistics !== this.#counted) this.#changed.add((this.#counted = chosen.statistics))
    this.#write(i, chosen)
  }

  #write(i: number, chosen: ChosenAnswer): void {
    this.#writeOutput(i, chosen, this.#outputs.next())
    if (this.#outputs.takesBack(this.#outputs.last)) {
      const empty = this.#outputs.nextEmpty()
      if (empty !== undefined) this.#writeOutput(i, chosen, empty)
      if (empty === undefined || this.#outputs.takesBack(empty)) {
        this.#rejectTooLarge(i, chosen)
        return
      }
    }
    chosen.statistics.latency.recordSince(this.batch.timestamps, i, this.#now)
  }

  #writeOutput(i: number, chosen: ChosenAnswer, out: RecordBatchWriter): void {
    const { writer, headers, scores, row } = chosen
    const { batch } = this
    const cell = i * INDEX.stride
    out.startRecordAt(batch.timestamps, i)
    out.key(batch.bytes, batch.index[cell + INDEX.keyAt]!, batch.index[cell + INDEX.keyLength]!)
    out.startValue()
    writer.write(batch, i, scores, row, out)
    out.endValue()
    headers.write(batch, i, chosen, out)
    out.endRecord()
  }

  /** The answer is there, but no place for it. */
  #rejectTooLarge(i: number, chosen: ChosenAnswer): void {
    const { stream, maxOutputBytes } = this.#options
    const reason = `the record with its answer is larger than the ${maxOutputBytes} bytes that the output topic of stream '${stream}' takes`
    this.outcomes.reject(i, new SluiceError('record.too-large', reason))
    const at = this.#groupOf[i]!
    if (at < 0) this.typeOf[i] = this.#policies[-1 - at]!.type
    chosen.statistics.usage--
    this.#writeRejected(i)
  }

  #writeRejected(i: number): void {
    const error = this.outcomes.error(i)!
    const known = this.typeOf[i]!
    const group = known === -1 && this.#used > 0 ? this.#groupWith(i) : undefined
    const dataType = group?.dataType ?? (known < 0 ? '' : this.#options.dataTypes.dictionary.text(known))
    const model = group?.served!.loaded.id ?? ''
    const about = { error, dataType, model, stream: this.#options.stream, maxBytes: this.#options.deadLetterMaxBytes }
    const out = this.#deadLetters.next()
    writeDeadLetter(this.batch, i, out, about)
    if (this.#deadLetters.takesBack(out)) {
      // Without its value, if it must be, but never without a trace.
      const empty = this.#deadLetters.nextEmpty() ?? out
      writeDeadLetter(this.batch, i, empty, about)
      if (this.#deadLetters.takesBack(empty)) writeDeadLetter(this.batch, i, empty, { ...about, maxBytes: 0 })
    }
    // Data types that the stream does not know are counted together, so that nonsense can't make it remember ever more.
    const counted = error.code === 'record.data-type.unknown' ? '' : dataType
    const statistics = group === undefined ? this.#statisticsWithoutModel(counted) : this.#statistics(group)
    statistics.reject(error.code)
    this.#changed.add(statistics)
  }

  #statisticsWithoutModel(dataType: string): ModelStatistics {
    return this.lane.statistics(dataType, '', () => {
      return { dataType, model: '', description: '', format: '', since: this.#options.clock.now() }
    })
  }

  /** The group that a rejected record was in, if it got that far. */
  #groupWith(i: number): Group | undefined {
    const at = this.#groupOf[i]!
    const group = at >= 0 && at < this.#used ? this.#groups[at] : undefined
    return group?.has(i) === true ? group : undefined
  }

  #releaseModels(): void {
    for (let g = 0; g < this.#used; g++) {
      this.#groups[g]!.served!.loaded.release()
      this.#groups[g]!.served = undefined
    }
  }
}

function nothing(): void {}
