import { holds, type Node } from './syntax.ts'

type Text = ArrayLike<number>
type Continue = (at: number) => void

/** How many steps are taken between two looks at the clock. */
const STEPS = 1000

/**
 * Matches an expression with back-references, which no automaton can: tries every way, and keeps the longest match, the first found of
 * several. That may take very long; `checkTime` is called on the way and stops it by throwing.
 */
export class Backtracker {
  readonly #text: Text
  readonly #checkTime: () => void
  readonly #spans: Int32Array
  #best: Int32Array | undefined
  #steps = 0

  constructor(text: Text, groups: number, checkTime: () => void) {
    this.#text = text
    this.#checkTime = checkTime
    this.#spans = new Int32Array((groups + 1) * 2).fill(-1)
  }

  /** The spans of the longest match that starts here, and of its groups. */
  matchAt(root: Node, from: number): Int32Array | undefined {
    this.#best = undefined
    this.#spans.fill(-1)
    this.#spans[0] = from
    this.#run(root, from, (end) => {
      if (this.#best !== undefined && this.#best[1]! >= end) return
      this.#best = this.#spans.slice()
      this.#best[1] = end
    })
    return this.#best
  }

  #run(node: Node, at: number, then: Continue): void {
    if (++this.#steps % STEPS === 0) this.#checkTime()
    switch (node.kind) {
      case 'empty':
        return then(at)
      case 'character':
        if (at < this.#text.length && node.test(this.#text[at]!)) then(at + 1)
        return
      case 'assertion':
        if (holds(node.assertion, this.#text, at)) then(at)
        return
      case 'sequence':
        return this.#sequence(node.parts, 0, [at, then])
      case 'choice':
        for (const part of node.parts) this.#run(part, at, then)
        return
      case 'star':
        this.#run(node.inner, at, (end) => {
          if (end > at) this.#run(node, end, then)
        })
        return then(at)
      case 'group':
        return this.#group(node, at, then)
      case 'back-reference':
        return this.#again(node.number, at, then)
    }
  }

  #sequence(parts: readonly Node[], i: number, [at, then]: readonly [number, Continue]): void {
    if (i === parts.length) then(at)
    else this.#run(parts[i]!, at, (end) => this.#sequence(parts, i + 1, [end, then]))
  }

  #group({ inner, number }: Extract<Node, { kind: 'group' }>, at: number, then: Continue): void {
    const spans = this.#spans
    const [from, to] = [spans[number * 2]!, spans[number * 2 + 1]!]
    this.#run(inner, at, (end) => {
      const [innerFrom, innerTo] = [spans[number * 2]!, spans[number * 2 + 1]!]
      spans[number * 2] = at
      spans[number * 2 + 1] = end
      then(end)
      spans[number * 2] = innerFrom
      spans[number * 2 + 1] = innerTo
    })
    spans[number * 2] = from
    spans[number * 2 + 1] = to
  }

  #again(number: number, at: number, then: Continue): void {
    const [from, to] = [this.#spans[number * 2]!, this.#spans[number * 2 + 1]!]
    if (from < 0 || at + to - from > this.#text.length) return
    for (let i = 0; i < to - from; i++) if (this.#text[from + i] !== this.#text[at + i]) return
    then(at + to - from)
  }
}
