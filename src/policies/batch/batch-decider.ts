import { Dictionary } from '../../core/dictionary.ts'
import type { Scores } from '../../core/scores.ts'
import { BALLOT, Ballots } from '../rules/ballots.ts'
import type { CompiledPolicy } from '../rules/compiled-policy.ts'
import { ANSWERED, type Draw, type Moment, Verdict } from '../rules/rule.ts'

/** Models may make labels of what is in records; from so many on, the labels of batches before are forgotten. */
const MAX_LABELS = 65_536

/** What one arm said of some records of a batch. */
export interface ArmScores {
  readonly arm: number
  readonly scores: Scores
  /** The record of each row of the scores; the same numbers where absent. */
  readonly records?: ArrayLike<number> | undefined
  /** Which of the model's outputs is its confidence; none where absent. */
  readonly confidence?: number | undefined
}

/**
 * Decides a batch of records whose models answer at once, with the rules of the mailboxes, in columns: nothing is made per record.
 * A batch goes `begin` → `plan` for each record, which says what is asked → `put` for each arm → `decide`. One thread uses it.
 */
export class BatchDecider {
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
  readonly ruleNames: string[] = ['none']
  /** The labels that models gave, for the batch that was begun last. */
  labels = new Dictionary()
  readonly policy: CompiledPolicy
  readonly #ballots = new Ballots()
  readonly #verdict = new Verdict()
  readonly #moment: Moment
  /** Per arm, its model's dictionary, and the codes in `labels` of its codes. */
  readonly #codes: ({ readonly dictionary: Dictionary; readonly to: number[] } | undefined)[] = []
  #records = 0

  constructor(policy: CompiledPolicy) {
    this.policy = policy
    this.#moment = { ballots: this.#ballots, row: 0, elapsed: 0, final: true }
  }

  /** Makes room for a batch and forgets the one before. */
  begin(records: number): void {
    this.#records = records
    if (this.chosen.length < records) this.#grow(Math.max(records, this.chosen.length * 2))
    for (let record = 0; record < records; record++) this.#ballots.clear(record)
    if (this.labels.size <= MAX_LABELS) return
    this.labels = new Dictionary()
    this.#codes.length = 0
  }

  /** Makes the choices for a record. Returns the arms that are asked, as bits: no others need to score it. */
  plan(draw: Omit<Draw, 'ballots'>): number {
    const { row, key, id } = draw
    this.policy.plan({ ballots: this.#ballots, row, key, id })
    return this.#ballots.asked[row]!
  }

  /** Takes what an arm said. Rows that the model rejected, or answered without a usable number, count as failed. */
  put({ arm, scores, records, confidence = -1 }: ArmScores): void {
    const { status, values, confidences, arms } = this.#ballots
    const stride = scores.outputs.length
    const dictionary = scores.outputs[0]?.type === 'label' ? scores.outputs[0].dictionary : undefined
    for (let row = 0; row < scores.rows; row++) {
      const cell = (records === undefined ? row : records[row]!) * arms + arm
      const value = scores.values[row * stride]!
      if (scores.rejected[row] === 1 || !Number.isFinite(value) || (dictionary !== undefined && value < 0)) {
        status[cell] = BALLOT.failed
        continue
      }
      status[cell] = dictionary === undefined ? BALLOT.number : BALLOT.label
      values[cell] = dictionary === undefined ? value : this.#code(arm, dictionary, value)
      confidences[cell] = confidence < 0 ? Number.NaN : scores.values[row * stride + confidence]!
    }
  }

  /** Decides all records of the batch with what was put, in the columns of this object. */
  decide(elapsedMs: number): void {
    const verdict = this.#verdict
    const moment = this.#moment
    moment.elapsed = Math.round(elapsedMs * 1000)
    let lastName = 'none'
    let lastRule = 0
    for (let record = 0; record < this.#records; record++) {
      moment.row = record
      this.propensities[record] = this.#propensity(record)
      if (this.policy.rule.evaluate(moment, verdict) !== ANSWERED) {
        this.#nobody(record)
        continue
      }
      if (verdict.rule !== lastName) {
        lastName = verdict.rule
        lastRule = this.#ruleOf(lastName)
      }
      this.chosen[record] = verdict.arm
      this.values[record] = verdict.value
      this.isLabel[record] = verdict.label ? 1 : 0
      this.confidences[record] = verdict.confidence
      this.quorums[record] = verdict.quorum ? 1 : 0
      this.rules[record] = lastRule
    }
  }

  #nobody(record: number): void {
    this.chosen[record] = -2
    this.values[record] = Number.NaN
    this.isLabel[record] = 0
    this.confidences[record] = Number.NaN
    this.quorums[record] = 0
    this.rules[record] = 0
  }

  #propensity(record: number): number {
    const { choices, propensities } = this.#ballots
    let product = 1
    for (let i = record * choices; i < (record + 1) * choices; i++) product *= propensities[i]!
    return product
  }

  #ruleOf(name: string): number {
    const known = this.ruleNames.indexOf(name)
    return known === -1 ? this.ruleNames.push(name) - 1 : known
  }

  #code(arm: number, dictionary: Dictionary, code: number): number {
    let known = this.#codes[arm]
    if (known?.dictionary !== dictionary) this.#codes[arm] = known = { dictionary, to: [] }
    return (known.to[code] ??= this.labels.add(dictionary.text(code)))
  }

  #grow(records: number): void {
    this.#ballots.grow(records, this.policy.arms.length, this.policy.choices.length)
    this.chosen = new Int16Array(records)
    this.values = new Float64Array(records)
    this.isLabel = new Uint8Array(records)
    this.confidences = new Float64Array(records)
    this.quorums = new Uint8Array(records)
    this.propensities = new Float64Array(records)
    this.rules = new Uint16Array(records)
  }
}
