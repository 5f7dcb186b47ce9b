import { type Assertion, type CharacterTest, holds, innerNodes, type Node } from './syntax.ts'

/** Thompson's automaton of an expression without back-references; a state has a test of one character, an assertion, or two ways on. */
export interface Automaton {
  readonly start: number
  readonly accept: number
  readonly tests: readonly (CharacterTest | undefined)[]
  readonly assertions: readonly (Assertion | undefined)[]
  readonly next: readonly number[]
  /** A second way on, or -1. */
  readonly other: readonly number[]
}

class Builder {
  readonly tests: (CharacterTest | undefined)[] = []
  readonly assertions: (Assertion | undefined)[] = []
  readonly next: number[] = []
  readonly other: number[] = []
  readonly #reversed: boolean

  constructor(reversed: boolean) {
    this.#reversed = reversed
  }

  state(next: number, other = -1): number {
    this.tests.push(undefined)
    this.assertions.push(undefined)
    this.other.push(other)
    return this.next.push(next) - 1
  }

  /** The state from which the expression leads to `end`. */
  build(node: Node, end: number): number {
    switch (node.kind) {
      case 'character': {
        const state = this.state(end)
        this.tests[state] = node.test
        return state
      }
      case 'assertion': {
        const state = this.state(end)
        this.assertions[state] = node.assertion
        return state
      }
      case 'sequence': {
        const parts = this.#reversed ? node.parts : node.parts.toReversed()
        let state = end
        for (const part of parts) state = this.build(part, state)
        return state
      }
      case 'choice': {
        let state = this.build(node.parts.at(-1)!, end)
        for (const part of node.parts.slice(0, -1).toReversed()) state = this.state(this.build(part, end), state)
        return state
      }
      case 'star': {
        const loop = this.state(end, -1)
        this.other[loop] = end
        this.next[loop] = this.build(node.inner, loop)
        return loop
      }
      case 'group':
        return this.build(node.inner, end)
      case 'empty':
      case 'back-reference':
        return end
    }
  }
}

/** Reversed, an automaton reads a text from its end to its start. */
export function createAutomaton(node: Node, reversed = false): Automaton {
  const builder = new Builder(reversed)
  const accept = builder.state(-1)
  const start = builder.build(node, accept)
  const { tests, assertions, next, other } = builder
  return { start, accept, tests, assertions, next, other }
}

export function hasGroups(node: Node): boolean {
  return node.kind === 'group' || innerNodes(node).some(hasGroups)
}

/** The states that an automaton is in after some of a text, each with the first of the places where a match may have started. */
export class StateSet {
  readonly states: number[] = []
  readonly starts: number[] = []
  readonly #automaton: Automaton
  readonly #seen: Int32Array
  readonly #stack: number[] = []
  #round = 0

  constructor(automaton: Automaton) {
    this.#automaton = automaton
    this.#seen = new Int32Array(automaton.next.length)
  }

  clear(): void {
    this.states.length = 0
    this.starts.length = 0
    this.#round++
  }

  /** Adds a state and all that it leads to at this place without reading. States must be added by rising starts: the first stays. */
  add(state: number, start: number, [text, at]: readonly [text: ArrayLike<number>, at: number]): void {
    const { tests, assertions, next, other, accept } = this.#automaton
    const stack = this.#stack
    stack.push(state)
    while (stack.length > 0) {
      const current = stack.pop()!
      if (this.#seen[current] === this.#round) continue
      this.#seen[current] = this.#round
      if (current === accept || tests[current] !== undefined) {
        this.states.push(current)
        this.starts.push(start)
        continue
      }
      const assertion = assertions[current]
      if (assertion !== undefined && !holds(assertion, text, at)) continue
      if (other[current]! >= 0) stack.push(other[current]!)
      stack.push(next[current]!)
    }
  }

  /** Where a match that is accepted here started, or -1. */
  get accepted(): number {
    const at = this.states.indexOf(this.#automaton.accept)
    return at < 0 ? -1 : this.starts[at]!
  }
}
