import { describe, expect, it } from 'vitest'
import { course, line, svgPath, sweep } from './curve.ts'
import { type Channel, Drops, recordsPerDrop, settledScale } from './drops.ts'
import { layoutFlow, type Scene, trunkWidth } from './layout.ts'

const scene = (direction: 'across' | 'down', rates: number[], rejectedRate = 0): Scene => ({
  direction,
  source: direction === 'across' ? { x: 0, y: 100, width: 100, height: 60 } : { x: 0, y: 0, width: 300, height: 60 },
  scores: direction === 'across' ? { x: 700, y: 100, width: 100, height: 60 } : { x: 160, y: 600, width: 140, height: 60 },
  deadLetters: direction === 'across' ? { x: 700, y: 300, width: 100, height: 60 } : { x: 0, y: 600, width: 140, height: 60 },
  gates: rates.map((rate, i) => ({
    id: `g${i}`,
    slot: { x: direction === 'across' ? 300 : 28, y: 100 + 150 * i, width: 240, height: 40 },
    rate,
  })),
  rejectedRate,
})

const ends = (arm: ReturnType<typeof layoutFlow>[number]) => {
  const all = [...arm.before, ...arm.after]
  return [all[0]!.slice(0, 2), all.at(-1)!.slice(6)]
}

describe('the ways of the water', () => {
  it('share the trunk in proportion to their rates', () => {
    const [a, b] = layoutFlow(scene('across', [300, 100]))
    expect(a!.width / b!.width).toBeCloseTo(3)
    expect(a!.width + b!.width).toBeCloseTo(trunkWidth(400))
  })

  it('grow by the same amount for each tenfold of the rate, up to a limit', () => {
    expect(trunkWidth(9999) - trunkWidth(999)).toBeCloseTo(trunkWidth(999) - trunkWidth(99))
    expect(trunkWidth(1e12)).toBe(trunkWidth(1e13))
  })

  it('lead from the input through the middle of each gate to the scores', () => {
    const arms = layoutFlow(scene('across', [5, 5]))
    expect(arms.map((arm) => arm.gate)).toEqual(['g0', 'g1', undefined])
    expect(ends(arms[1]!).map(([x]) => x)).toEqual([100, 700])
    expect(arms[1]!.before.at(-1)!.slice(6)).toEqual([420, 270])
    expect(ends(arms[2]!)[1]).toEqual([700, 330])
  })

  it('do not cross where they run down in the gutters', () => {
    const arms = layoutFlow(scene('down', [50, 50], 5))
    const starts = arms.map((arm) => ends(arm)[0]![0]!)
    expect(starts).toEqual(starts.toSorted((a, b) => b - a))
    expect(Math.max(...starts)).toBeLessThan(28)
    expect(ends(arms[0]!)[1]![1]).toBe(600)
  })

  it('are there, thin, when nothing flows and when there is no model', () => {
    expect(layoutFlow(scene('across', [0])).map((arm) => arm.width)).toEqual([2, 2])
    expect(layoutFlow(scene('down', []))).toHaveLength(1)
  })
})

describe('a course', () => {
  it('has points at equal steps and the normal at each', () => {
    const straight = course([line(0, 0, 60, 0)])
    expect(straight.length).toBeCloseTo(60)
    expect(straight.points.slice(-4)).toEqual(new Float32Array([60, 0, -0, 1]))
    expect(straight.step * (straight.points.length / 4 - 1)).toBeCloseTo(60)
  })

  it('is drawn as a path from start to end', () => {
    expect(svgPath([sweep(0, 0, 100, 50)])).toBe('M0 0C50 0 50 50 100 50')
    expect(svgPath([])).toBe('')
  })
})

describe('drops', () => {
  const channel = (changes: Partial<Channel> = {}): Channel => ({
    course: course([line(0, 0, 600, 0)]),
    gateAt: 300,
    width: 10,
    rate: 50,
    open: true,
    colour: 2,
    entry: -1,
    ...changes,
  })
  const half = (): number => 0.5
  const run = (drops: Drops, channels: Channel[], seconds: number): void => {
    for (let i = 0; i < seconds * 50; i++) drops.advance(channels, 0.02)
  }

  it('stand for a round number of records, so many that they stay countable', () => {
    expect([0, 70, 71, 700, 3500, 123_456].map((rate) => recordsPerDrop(rate))).toEqual([1, 1, 2, 10, 50, 2000])
  })

  it('keep their scale while the rate wavers', () => {
    expect([2000, 3500, 4400, 900].map((rate) => settledScale(50, rate))).toEqual([50, 50, 50, 50])
    expect([5000, 100].map((rate) => settledScale(50, rate))).toEqual([100, 2])
  })

  it('enter in proportion to the rate', () => {
    const entered = (rate: number, perDrop: number): number => {
      const drops = new Drops(half)
      drops.recordsPerDrop = perDrop
      run(drops, [channel({ rate })], 2)
      return drops.all.length
    }
    expect(entered(40, 1)).toBe(80)
    expect(entered(40, 4)).toBe(20)
    expect(entered(0, 1)).toBe(0)
  })

  it('take on the colour of the version that answers when they pass the gate, and keep it', () => {
    const drops = new Drops(half)
    const through = channel()
    run(drops, [through], 4)
    through.colour = 5
    run(drops, [through], 1)
    const colours = drops.all.map((drop) => drop.colour)
    expect(new Set(colours)).toEqual(new Set([2, 5, -1]))
    expect(drops.all.every((drop) => drop.at < 300 === (drop.colour === -1))).toBe(true)
    expect(colours).toEqual([...colours].toSorted((a, b) => [2, 5, -1].indexOf(a) - [2, 5, -1].indexOf(b)))
  })

  it('wait behind a closed gate, a bounded number of them, and go on when it opens', () => {
    const drops = new Drops(half)
    const closed = channel({ open: false })
    run(drops, [closed], 10)
    expect(drops.all.every((drop) => drop.at < 300)).toBe(true)
    expect(drops.all.length).toBeLessThan(150)
    closed.open = true
    run(drops, [closed], 1)
    expect(drops.all.some((drop) => drop.at > 300 && drop.colour === 2)).toBe(true)
  })

  it('leave at the end, and with their channel', () => {
    const drops = new Drops(half)
    run(drops, [channel({ rate: 10 })], 20)
    expect(drops.all.length).toBeLessThan(70)
    drops.advance([], 0.02)
    expect(drops.all).toHaveLength(0)
  })

  it('do not all come at once after a pause', () => {
    const drops = new Drops(half)
    drops.advance([channel({ rate: 1000 })], 60)
    expect(drops.all.length).toBeLessThanOrEqual(8)
  })
})
