import { type Automaton, createAutomaton, StateSet } from './automaton.ts'
import { Backtracker } from './backtracker.ts'
import { AutomataOfNodes, CaptureFinder, step } from './captures.ts'
import { type Pattern, parsePattern } from './parse-pattern.ts'

type Text = ArrayLike<number>

/** How many states are gone through between two looks at the clock. */
const STEPS = 50_000

/**
 * An extended regular expression of POSIX over code points or bytes: of the matches that start leftmost the longest. Time is at most the
 * length of the text times the size of the expression, but where it has back-references.
 */
export interface Regex {
  readonly groups: number
  /**
   * The first match at or after a place: from and to of the match and then of each group, -1 where the group took no part. Undefined
   * where there is none. `checkTime` is called now and then, and may throw.
   */
  search(text: Text, from: number, checkTime: () => void): Int32Array | undefined
}

/** Throws `PatternError` where the pattern is no regular expression. */
export function compileRegex(source: Text): Regex {
  const pattern = parsePattern(source)
  return pattern.hasBackReferences ? backtracking(pattern) : automatic(pattern)
}

function backtracking({ root, groups }: Pattern): Regex {
  return {
    groups,
    search(text, from, checkTime) {
      const matcher = new Backtracker(text, groups, checkTime)
      for (let at = from; at <= text.length; at++) {
        const spans = matcher.matchAt(root, at)
        if (spans !== undefined) return spans
      }
      return undefined
    },
  }
}

function automatic({ root, groups }: Pattern): Regex {
  const automaton = createAutomaton(root)
  const automata = new AutomataOfNodes()
  return {
    groups,
    search(text, from, checkTime) {
      const found = leftmostLongest(automaton, text, { from, checkTime })
      if (found === undefined) return undefined
      const spans = new Int32Array((groups + 1) * 2).fill(-1)
      spans.set(found)
      if (groups > 0) new CaptureFinder(text, spans, { automata, checkTime }).assign(root, found)
      return spans
    },
  }
}

interface SearchOptions {
  readonly from: number
  readonly checkTime: () => void
}

function leftmostLongest(automaton: Automaton, text: Text, { from, checkTime }: SearchOptions): readonly [number, number] | undefined {
  let current = new StateSet(automaton)
  let following = new StateSet(automaton)
  let best: readonly [number, number] | undefined
  let steps = 0
  current.clear()
  for (let at = from; ; at++) {
    // A match that starts later is only of use while there is none.
    if (best === undefined) current.add(automaton.start, at, [text, at])
    const start = current.accepted
    if (start >= 0 && (best === undefined || start <= best[0])) best = [start, at]
    if (at >= text.length || (best !== undefined && !mayImprove(current, best[0]))) return best
    steps += current.states.length + 1
    if (steps > STEPS) {
      checkTime()
      steps = 0
    }
    following.clear()
    step(automaton, [current, following], { text, read: at, at: at + 1 })
    ;[current, following] = [following, current]
  }
}

/** Whether any state belongs to a match that starts no later than the best one. States are in the order of their starts. */
function mayImprove({ starts }: StateSet, start: number): boolean {
  return starts.length > 0 && starts[0]! <= start
}
