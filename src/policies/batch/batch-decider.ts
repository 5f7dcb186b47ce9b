import type { ArmScores, Decider, DecisionAbout, RecordDraw } from '../../core/arms-policy.ts'
import { Dictionary } from '../../core/dictionary.ts'
import type { Scores } from '../../core/scores.ts'
import type { ArmCounts } from '../../core/statistics.ts'
import { BALLOT, Ballots } from '../rules/ballots.ts'
import type { CompiledPolicy } from '../rules/compiled-policy.ts'
import { type Draw, EMPTY, micros, ModelRule, type Moment, Verdict, WAIT } from '../rules/rule.ts'
import { decisionText, lateText } from './batch-decision.ts'

/** Models may make labels of what is in records; from so many on, the labels of batches before are forgotten. */
const MAX_LABELS = 65_536

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Decides a batch of records whose models answer at once, or by and by, with the rules of the mailboxes, in columns: nothing is made per
 * record. What each record came to is in the columns of this object.
 */
export class BatchDecider implements Decider {
  /** Per record, the arm whose answer it is; -1 for an answer made of several, -2 where nobody answered. */
  chosen = new Int16Array(0)
  /** Per record: the answer, or the code of its label in `labels`; NaN where nobody answered. */
  values = new Float64Array(0)
  /** Per record: 1 where the value is a label. */
  isLabel = new Uint8Array(0)
  confidences = new Float64Array(0)
  quorums = new Uint8Array(0)
  /** Per record: how likely the choices on the way were, taken together. */
  propensities = new Float64Array(0)
  /** Per record: the rule that answered, as a place in `ruleNames`. */
  rules = new Uint16Array(0)
  /** Per record: when it was decided, in microseconds since the batch arrived; -1 where it is not. */
  decidedAt = new Float64Array(0)
  /** Per record: 1 where it was decided since no more could be waited for. */
  final = new Uint8Array(0)
  readonly ruleNames: string[] = ['none']
  /** The labels that models gave, for the batch that was begun last. */
  labels = new Dictionary()
  lacksAnswers = false
  undecided = 0
  readonly policy: CompiledPolicy
  readonly epoch: number
  readonly ballots = new Ballots()
  /** Per record and arm, as in `ballots`: when the score came, in microseconds since the batch arrived. */
  arrivedAt = new Float64Array(0)
  readonly #verdict = new Verdict()
  readonly #moment: Moment
  readonly #draw: Mutable<Draw>
  /** Per arm, its model's dictionary, and the codes in `labels` of its codes. */
  readonly #codes: ({ readonly dictionary: Dictionary; readonly to: number[] } | undefined)[] = []
  #records = 0
  /** How many records the only arm answered; -1 where they were decided in the ordinary way. */
  #answeredAlone = -1
  #lastName = 'none'
  #lastRule = 0

  constructor(policy: CompiledPolicy, epoch = 0) {
    this.policy = policy
    this.epoch = epoch
    this.#moment = { ballots: this.ballots, row: 0, elapsed: 0, final: true }
    this.#draw = { ballots: this.ballots, row: 0, key: new Uint8Array(0), id: new Uint8Array(0), keyRange: undefined, idRange: undefined }
  }

  /** Makes room for a batch and forgets the one before. */
  begin(records: number): void {
    this.#records = records
    this.undecided = records
    this.lacksAnswers = false
    this.#answeredAlone = -1
    if (this.chosen.length < records) this.#grow(Math.max(records, this.chosen.length * 2))
    this.ballots.clearRows(records)
    this.decidedAt.fill(-1, 0, records)
    this.arrivedAt.fill(0, 0, records * this.ballots.arms)
    if (this.labels.size <= MAX_LABELS) return
    this.labels = new Dictionary()
    this.#codes.length = 0
  }

  /** Makes the choices for a record. Returns the arms that are asked, as bits: no others need to score it. */
  plan(given: RecordDraw | Omit<Draw, 'ballots'>): number {
    const draw = this.#draw
    draw.row = given.row
    draw.key = given.key
    draw.id = given.id
    draw.keyRange = given.keyRange
    draw.idRange = given.idRange
    this.policy.plan(draw)
    return this.ballots.asked[draw.row]!
  }

  /** Takes what an arm said. Rows that the model rejected, or answered without a usable number, count as failed. */
  put({ arm, scores, records, confidence = NO_COLUMNS, arrivedMs = 0 }: ArmScores): void {
    const { status, values, confidences, arms } = this.ballots
    const { arrivedAt } = this
    const at = micros(arrivedMs)
    const stride = scores.outputs.length
    const dictionary = scores.outputs[0]?.type === 'label' ? scores.outputs[0].dictionary : undefined
    const kind = dictionary === undefined ? BALLOT.number : BALLOT.label
    for (let row = 0; row < scores.rows; row++) {
      const cell = (records === undefined ? row : records[row]!) * arms + arm
      const value = scores.values[row * stride]!
      arrivedAt[cell] = at
      if (scores.rejected[row] === 1 || !Number.isFinite(value) || (dictionary !== undefined && value < 0)) {
        status[cell] = BALLOT.failed
        continue
      }
      status[cell] = kind
      values[cell] = dictionary === undefined ? value : this.#code(arm, dictionary, value)
      let sure = Number.NaN
      for (let c = 0; c < confidence.length; c++) {
        const own = scores.values[row * stride + confidence[c]!]!
        if (own === own && !(own <= sure)) sure = own
      }
      confidences[cell] = sure
    }
  }

  answerAlone(scores: Scores, records: ArrayLike<number>): void {
    const { chosen, values } = this
    const stride = scores.outputs.length
    const dictionary = scores.outputs[0]?.type === 'label' ? scores.outputs[0].dictionary : undefined
    const isWhole = scores.rejections === 0 && scores.rows === this.#records && dictionary === undefined
    chosen.fill(isWhole ? 0 : -2, 0, this.#records)
    this.isLabel.fill(dictionary === undefined ? 0 : 1, 0, this.#records)
    let answered = isWhole ? scores.rows : 0
    if (isWhole) for (let row = 0, cell = 0; row < answered; row++, cell += stride) values[row] = scores.values[cell]!
    else
      for (let row = 0, cell = 0; row < scores.rows; row++, cell += stride) {
        const value = scores.values[cell]!
        if (scores.rejected[row] === 1 || value - value !== 0 || (dictionary !== undefined && value < 0)) continue
        const record = records[row]!
        chosen[record] = 0
        values[record] = dictionary === undefined ? value : this.#code(0, dictionary, value)
        answered++
      }
    this.#answeredAlone = answered
    this.lacksAnswers = answered < this.#records
    this.undecided = 0
  }

  putFailed(arm: number, record: number, arrivedMs = 0): void {
    const cell = record * this.ballots.arms + arm
    this.ballots.status[cell] = BALLOT.failed
    this.arrivedAt[cell] = micros(arrivedMs)
  }

  putAbsent(arm: number, record: number): void {
    this.ballots.status[record * this.ballots.arms + arm] = BALLOT.removed
  }

  /** Decides the records that can be decided with what was put, in the columns of this object; without `final`, others go on waiting. */
  decide(elapsedMs: number, final = true, asOfMs = elapsedMs): boolean {
    const verdict = this.#verdict
    const moment = this.#moment
    const at = micros(elapsedMs)
    moment.elapsed = micros(asOfMs)
    moment.final = final
    const {
      rule,
      choices: { length: choices },
    } = this.policy
    if (rule instanceof ModelRule && final && this.undecided === this.#records && choices === 0) return this.#decideByOne(rule)
    for (let record = 0; record < this.#records; record++) {
      if (this.decidedAt[record] !== -1) continue
      moment.row = record
      const result = rule.evaluate(moment, verdict)
      if (result === WAIT) continue
      this.undecided--
      this.decidedAt[record] = at
      this.final[record] = final ? 1 : 0
      this.propensities[record] = choices === 0 ? 1 : this.#propensity(record)
      if (result === EMPTY) this.#nobody(record)
      else {
        if (verdict.rule !== this.#lastName) this.#name(verdict.rule)
        this.chosen[record] = verdict.arm
        this.values[record] = verdict.value
        this.isLabel[record] = verdict.label ? 1 : 0
        this.confidences[record] = verdict.confidence
        this.quorums[record] = verdict.quorum ? 1 : 0
        this.rules[record] = this.#lastRule
      }
    }
    return this.undecided === 0
  }

  /** As the rule does, for all records at once. */
  #decideByOne({ arm, name }: ModelRule): true {
    const { status, values, confidences, arms } = this.ballots
    const records = this.#records
    if (name !== this.#lastName) this.#name(name)
    for (let record = 0, cell = arm; record < records; record++, cell += arms) {
      const said = status[cell]!
      if (said !== BALLOT.number && said !== BALLOT.label) {
        this.#nobody(record)
        continue
      }
      this.chosen[record] = arm
      this.values[record] = values[cell]!
      this.isLabel[record] = said === BALLOT.label ? 1 : 0
      this.confidences[record] = confidences[cell]!
    }
    this.decidedAt.fill(this.#moment.elapsed, 0, records)
    this.final.fill(1, 0, records)
    this.propensities.fill(1, 0, records)
    this.quorums.fill(1, 0, records)
    this.rules.fill(this.#lastRule, 0, records)
    for (let record = 0; record < records; record++) if (this.chosen[record] === -2) this.#nobody(record)
    this.undecided = 0
    return true
  }

  tally(arm: number, into: ArmCounts): void {
    if (this.#answeredAlone >= 0) {
      for (const what of ANSWERED_ALONE) into[what] += this.#answeredAlone
      into.failed += this.#records - this.#answeredAlone
      return
    }
    const { status, values, arms } = this.ballots
    const { arrivedAt } = this
    for (let record = 0, cell = arm; record < this.#records; record++, cell += arms) {
      const said = status[cell]!
      if (said === BALLOT.none || said === BALLOT.removed) continue
      const late = arrivedAt[cell]! > this.decidedAt[record]!
      if (late) into.late++
      if (said === BALLOT.failed) {
        into.failed++
        continue
      }
      into.scored++
      const chosen = this.chosen[record]!
      if (chosen === arm) into.chosen++
      if (chosen === -2) continue
      into.compared++
      if ((said === BALLOT.label) === (this.isLabel[record] === 1) && values[cell] === this.values[record]) into.agreed++
    }
  }

  isLate(arm: number, record: number): boolean {
    const cell = record * this.ballots.arms + arm
    const said = this.ballots.status[cell]!
    return said !== BALLOT.none && said !== BALLOT.removed && this.arrivedAt[cell]! > this.decidedAt[record]!
  }

  decisionText(record: number, about: DecisionAbout): string {
    return decisionText(this, record, about)
  }

  lateText(record: number, arm: number, about: DecisionAbout): string {
    return lateText(this, record, { arm, about })
  }

  #nobody(record: number): void {
    this.lacksAnswers = true
    this.chosen[record] = -2
    this.values[record] = Number.NaN
    this.isLabel[record] = 0
    this.confidences[record] = Number.NaN
    this.quorums[record] = 0
    this.rules[record] = 0
  }

  #propensity(record: number): number {
    const { choices, propensities } = this.ballots
    let product = 1
    for (let i = record * choices; i < (record + 1) * choices; i++) product *= propensities[i]!
    return product
  }

  #name(rule: string): void {
    this.#lastName = rule
    const known = this.ruleNames.indexOf(rule)
    this.#lastRule = known === -1 ? this.ruleNames.push(rule) - 1 : known
  }

  #code(arm: number, dictionary: Dictionary, code: number): number {
    let known = this.#codes[arm]
    if (known?.dictionary !== dictionary) this.#codes[arm] = known = { dictionary, to: [] }
    return (known.to[code] ??= this.labels.add(dictionary.text(code)))
  }

  #grow(records: number): void {
    this.ballots.grow(records, this.policy.arms.length, this.policy.choices.length)
    this.arrivedAt = new Float64Array(records * this.ballots.arms)
    this.chosen = new Int16Array(records)
    this.values = new Float64Array(records)
    this.isLabel = new Uint8Array(records)
    this.confidences = new Float64Array(records)
    this.quorums = new Uint8Array(records)
    this.propensities = new Float64Array(records)
    this.rules = new Uint16Array(records)
    this.decidedAt = new Float64Array(records)
    this.final = new Uint8Array(records)
  }
}

const ANSWERED_ALONE = ['scored', 'chosen', 'compared', 'agreed'] as const
const NO_COLUMNS: readonly number[] = []
