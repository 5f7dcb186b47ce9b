import { type Automaton, createAutomaton, hasGroups, StateSet } from './automaton.ts'
import type { Node } from './syntax.ts'

type Text = ArrayLike<number>

/** How many states are gone through between two looks at the clock. */
const STEPS = 50_000

/** A part of a text: from, and to before. */
type Span = readonly [from: number, to: number]

/**
 * Finds what each group matched, given the span of the whole match, by POSIX's rules: subexpressions further left take the longest span
 * that lets the whole match; a repeated group keeps its last round. Works from the two ends of each part, without trying ways that fail:
 * for a part without repeated groups the time is the length of the text times the size of the expression.
 */
export class CaptureFinder {
  readonly #text: Text
  readonly #spans: Int32Array
  readonly #automata: AutomataOfNodes
  readonly #checkTime: () => void
  #steps = 0

  constructor(text: Text, spans: Int32Array, { automata, checkTime }: { automata: AutomataOfNodes; checkTime: () => void }) {
    this.#text = text
    this.#spans = spans
    this.#automata = automata
    this.#checkTime = checkTime
  }

  assign(node: Node, span: Span): void {
    if (!this.#automata.hasGroups(node)) return
    if (node.kind === 'group') {
      this.#spans[node.number * 2] = span[0]
      this.#spans[node.number * 2 + 1] = span[1]
      this.assign(node.inner, span)
    } else if (node.kind === 'sequence') this.#sequence(node.parts, span)
    else if (node.kind === 'choice') {
      const fitting = node.parts.find((part) => this.#ends(part, span).has(span[1]))
      if (fitting !== undefined) this.assign(fitting, span)
    } else if (node.kind === 'star') this.#star(node, span)
  }

  #sequence(parts: readonly Node[], [from, to]: Span): void {
    // For each part, the places from which it and all parts after it lead to the end.
    const starts: ReadonlySet<number>[] = [new Set([to])]
    for (let i = parts.length - 1; i > 0; i--) starts.unshift(this.#starts(parts[i]!, starts[0]!, from))
    let at = from
    for (const [i, part] of parts.entries()) {
      const end = longest(this.#ends(part, [at, to]), starts[i]!)
      this.assign(part, [at, end])
      at = end
    }
  }

  #star(node: Extract<Node, { kind: 'star' }>, [from, to]: Span): void {
    const { inner } = node
    if (from === to) {
      if (!node.again && this.#ends(inner, [from, to]).has(to)) this.assign(inner, [from, to])
      return
    }
    const starts = this.#starts(node, new Set([to]), from)
    let at = from
    for (;;) {
      const end = longest(this.#ends(inner, [at, to]), starts, at)
      if (end === to) return this.assign(inner, [at, to])
      at = end
    }
  }

  #count({ states }: StateSet): void {
    this.#steps += states.length + 1
    if (this.#steps < STEPS) return
    this.#checkTime()
    this.#steps = 0
  }

  /** Where matches of the node that start at the span's start may end within it. */
  #ends(node: Node, [from, to]: Span): ReadonlySet<number> {
    const automaton = this.#automata.forward(node)
    const ends = new Set<number>()
    let current = new StateSet(automaton)
    let following = new StateSet(automaton)
    current.clear()
    current.add(automaton.start, from, [this.#text, from])
    for (let at = from; ; at++) {
      this.#count(current)
      if (current.accepted >= 0) ends.add(at)
      if (at === to || current.states.length === 0) return ends
      following.clear()
      step(automaton, [current, following], { text: this.#text, read: at, at: at + 1 })
      ;[current, following] = [following, current]
    }
  }

  /** Where matches of the node that end at one of these places may start, down to `from`. */
  #starts(node: Node, ends: ReadonlySet<number>, from: number): ReadonlySet<number> {
    const automaton = this.#automata.backward(node)
    const starts = new Set<number>()
    let current = new StateSet(automaton)
    let following = new StateSet(automaton)
    current.clear()
    for (let at = largest(ends); at >= from; at--) {
      this.#count(current)
      if (ends.has(at)) current.add(automaton.start, 0, [this.#text, at])
      if (current.accepted >= 0) starts.add(at)
      if (at === from) break
      following.clear()
      step(automaton, [current, following], { text: this.#text, read: at - 1, at: at - 1 })
      ;[current, following] = [following, current]
    }
    return starts
  }
}

/** Reads one character: from the states of one set to those of another. */
export function step(
  { tests, next }: Automaton,
  [current, following]: readonly [StateSet, StateSet],
  { text, read, at }: { readonly text: Text; readonly read: number; readonly at: number },
): void {
  const character = text[read]!
  const place = [text, at] as const
  for (let i = 0; i < current.states.length; i++) {
    const state = current.states[i]!
    if (tests[state]?.(character) === true) following.add(next[state]!, current.starts[i]!, place)
  }
}

function largest(places: ReadonlySet<number>): number {
  let best = -1
  for (const place of places) if (place > best) best = place
  return best
}

/** The largest place that is in both sets and after `above`. */
function longest(ends: ReadonlySet<number>, wanted: ReadonlySet<number>, above = -1): number {
  let best = -1
  for (const end of ends) if (end > best && end > above && wanted.has(end)) best = end
  if (best < 0) throw new RangeError('a span that matched does not match')
  return best
}

/** The automata of parts of one expression, made when they are first wanted. */
export class AutomataOfNodes {
  readonly #forward = new Map<Node, Automaton>()
  readonly #backward = new Map<Node, Automaton>()
  readonly #groups = new Map<Node, boolean>()

  forward(node: Node): Automaton {
    return remembered(this.#forward, node, () => createAutomaton(node))
  }

  backward(node: Node): Automaton {
    return remembered(this.#backward, node, () => createAutomaton(node, true))
  }

  hasGroups(node: Node): boolean {
    return remembered(this.#groups, node, () => hasGroups(node))
  }
}

function remembered<T>(known: Map<Node, T>, node: Node, make: () => T): T {
  let value = known.get(node)
  if (value === undefined) {
    value = make()
    known.set(node, value)
  }
  return value
}
