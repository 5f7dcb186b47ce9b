import { ANSWERED, type Moment, type Rule, type Verdict, WAIT } from './rule.ts'

/** What the members of a rule answer at a moment, side by side. Used again for every record. */
export class Tally {
  readonly members: readonly Rule[]
  readonly values: Float64Array
  readonly confidences: Float64Array
  /** Per member: 0 no answer, 1 a number, 2 a label. */
  readonly kinds: Uint8Array
  readonly arms: Int16Array
  answered = 0
  waiting = 0
  /** Members that are not out of service. */
  serving = 0

  constructor(members: readonly Rule[]) {
    this.members = members
    this.values = new Float64Array(members.length)
    this.confidences = new Float64Array(members.length)
    this.kinds = new Uint8Array(members.length)
    this.arms = new Int16Array(members.length)
  }

  /** Asks all members. The verdict is left as the last of them left it. */
  take(moment: Moment, verdict: Verdict): void {
    this.answered = 0
    this.waiting = 0
    this.serving = this.members.length
    for (let i = 0; i < this.members.length; i++) {
      const result = this.members[i]!.evaluate(moment, verdict)
      this.kinds[i] = 0
      if (result === ANSWERED) {
        this.answered++
        this.kinds[i] = verdict.label ? 2 : 1
        this.values[i] = verdict.value
        this.confidences[i] = verdict.confidence
        this.arms[i] = verdict.arm
      } else if (result === WAIT) this.waiting++
      else if (this.members[i]!.gone(moment)) this.serving--
    }
  }

  /** Whether two members, which have answered, say the same. */
  agree(a: number, b: number): boolean {
    return this.kinds[a] === this.kinds[b] && this.values[a] === this.values[b]
  }

  /** Makes one member's answer the verdict. */
  elect(member: number, verdict: Verdict): void {
    verdict.value = this.values[member]!
    verdict.label = this.kinds[member] === 2
    verdict.confidence = this.confidences[member]!
    verdict.arm = this.arms[member]!
  }
}
