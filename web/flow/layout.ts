import { line, type Segment, sweep, turn } from './curve.ts'

/** A rectangle in the scene's own coordinates. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where the parts of one stream's picture stand, as the browser laid them out, and what flows. */
export interface Scene {
  /** `across`: left to right. `down`: top to bottom, water in gutters left and right of the gates. */
  readonly direction: 'across' | 'down'
  readonly source: Box
  readonly scores: Box
  readonly deadLetters: Box
  /** The opening of each gate, and its records per second. */
  readonly gates: readonly { readonly id: string; readonly slot: Box; readonly rate: number }[]
  readonly rejectedRate: number
}

/** The way of water through one gate, or (without a gate) to the dead letters. */
export interface Arm {
  readonly gate: string | undefined
  readonly width: number
  /** From the input to the middle of the gate. */
  readonly before: readonly Segment[]
  /** From the middle of the gate to the scores. */
  readonly after: readonly Segment[]
}

const WIDEST = 34
const NARROWEST = 2

/** How wide all water of a stream is together: it grows by the same amount for each tenfold of the rate. */
export function trunkWidth(rate: number): number {
  return Math.min(WIDEST, 5 + 7 * Math.log10(1 + rate))
}

/** The ways of all water of one stream, gates in their order and the dead letters last. */
export function layoutFlow(scene: Scene): Arm[] {
  const total = scene.gates.reduce((sum, gate) => sum + gate.rate, scene.rejectedRate)
  const trunk = trunkWidth(total)
  const widthOf = (rate: number): number => (total > 0 ? Math.max(NARROWEST, (trunk * rate) / total) : NARROWEST)
  const widths = [...scene.gates.map(({ rate }) => widthOf(rate)), widthOf(scene.rejectedRate)]
  const build = scene.direction === 'across' ? across : down
  return build(scene, widths)
}

function across({ source, scores, deadLetters, gates }: Scene, widths: readonly number[]): Arm[] {
  const left = source.x + source.width
  const starts = sideBySide(source.y + source.height / 2, widths)
  const ends = sideBySide(scores.y + scores.height / 2, widths.slice(0, -1))
  const arms = gates.map(({ id, slot }, i): Arm => {
    const y = slot.y + slot.height / 2
    const middle = slot.x + slot.width / 2
    const right = slot.x + slot.width
    return {
      gate: id,
      width: widths[i]!,
      before: [sweep(left, starts[i]!, slot.x, y), line(slot.x, y, middle, y)],
      after: [line(middle, y, right, y), sweep(right, y, scores.x, ends[i]!)],
    }
  })
  const y = deadLetters.y + deadLetters.height / 2
  const foot = Math.min(left + Math.max(60, (deadLetters.x - left) * 0.3), deadLetters.x - 10)
  const spill = [sweep(left, starts.at(-1)!, foot, y), line(foot, y, deadLetters.x, y)]
  return [...arms, { gate: undefined, width: widths.at(-1)!, before: spill, after: [] }]
}

/** In the left gutter water comes down and turns into each gate; in the right gutter it goes on down to the scores. */
function down({ source, scores, deadLetters, gates }: Scene, widths: readonly number[]): Arm[] {
  const slots = gates.map(({ slot }) => slot)
  const first = slots[0] ?? { x: source.x + 28, y: 0, width: source.width - 56, height: 0 }
  const inlet = Math.max(source.x + 8, first.x - 16)
  const outlet = Math.min(source.x + source.width - 8, first.x + first.width + 16)
  const top = source.y + source.height
  const total = widths.reduce((sum, width) => sum + width, 0)
  const fit = Math.min(1, 16 / total)
  const narrow = widths.map((width) => Math.max(NARROWEST, width * fit))
  // The dead letters' water keeps to the outside, the last gate's next to it, so that no two ways cross.
  const starts = sideBySide(inlet, narrow.toReversed()).toReversed()
  const ends = sideBySide(outlet, narrow.slice(0, -1))
  const arms = slots.map((slot, i): Arm => {
    const y = slot.y + slot.height / 2
    const middle = slot.x + slot.width / 2
    const right = slot.x + slot.width
    const bend = 14
    return {
      gate: gates[i]!.id,
      width: narrow[i]!,
      before: [
        line(starts[i]!, top, starts[i]!, y - bend),
        turn(starts[i]!, y - bend, starts[i]!, y, [slot.x, y]),
        line(slot.x, y, middle, y),
      ],
      after: [line(middle, y, right, y), turn(right, y, ends[i]!, y, [ends[i]!, y + bend]), line(ends[i]!, y + bend, ends[i]!, scores.y)],
    }
  })
  const spill = [line(starts.at(-1)!, top, starts.at(-1)!, deadLetters.y)]
  return [...arms, { gate: undefined, width: narrow.at(-1)!, before: spill, after: [] }]
}

/** The middles of strips of these widths that lie next to each other around a centre. */
function sideBySide(centre: number, widths: readonly number[]): number[] {
  let edge = centre - widths.reduce((sum, width) => sum + width, 0) / 2
  return widths.map((width) => {
    edge += width
    return edge - width / 2
  })
}
