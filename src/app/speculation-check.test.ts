import { describe, expect, it } from 'vitest'
import { ModelStatistics, newArmCounts } from '../core/statistics.ts'
import { speculationWarnings, usualMs } from './speculation-check.ts'

/** What a model did whose scores took so long, each as often as the others. */
function took(model: string, times: readonly number[], { batches = 1000, cancelled = 0 } = {}): ModelStatistics {
  const statistics = new ModelStatistics({ dataType: 'a', model, description: '', format: 'pmml', since: 0 })
  statistics.arm = { ...newArmCounts(), scored: batches, cancelled }
  for (let i = 0; i < batches; i++) statistics.arrival.record(times[i % times.length]!)
  return statistics
}

const rule = (afterMs: number) => ({ within: { ms: 90, answer: { speculative: { smart: 'smart', fast: 'fast', afterMs } } } })

function warn(afterMs: number, versions: Readonly<Record<string, ModelStatistics>>): string[] {
  return speculationWarnings(rule(afterMs), (arm) => versions[arm])
}

describe('the time of a speculation', () => {
  const fast = took('fast@1', [2])
  const smart = took('smart@3', [5, 40])

  it('is right between those that the models take', () => {
    expect(warn(20, { fast, smart })).toEqual([])
  })

  it('is too early where the fast one takes longer, and too late where the smart one always came by then', () => {
    expect(warn(1, { fast, smart })).toEqual([
      expect.stringMatching(/^speculative: the fast model, fast@1, takes 2(\.\d+)? ms \(p99\).* afterMs, 1:/),
    ])
    expect(warn(50, { fast, smart })).toEqual([
      expect.stringMatching(/^speculative: the smart model, smart@3, takes (39|40)(\.\d)? ms \(p99\).* afterMs, 50:/),
    ])
  })

  it('is not judged by few batches, nor by a smart one whose frames were often taken back, nor where no model plays', () => {
    expect(warn(1, { fast: took('fast@1', [2], { batches: 999 }) })).toEqual([])
    expect(warn(50, { smart: took('smart@3', [5], { cancelled: 20 }) })).toEqual([])
    expect(warn(50, { smart: took('smart@3', [5], { cancelled: 5 }) })).toHaveLength(1)
    expect(warn(50, {})).toEqual([])
  })

  it('is known to those who check a policy before it is taken, as far as it was measured', () => {
    expect(usualMs(fast)).toBeGreaterThanOrEqual(2)
    expect(usualMs(fast)).toBeLessThan(2.1)
    expect(usualMs(took('fast@1', [2], { batches: 999 }))).toBeUndefined()
    expect(usualMs(took('smart@3', [5], { cancelled: 20 }))).toBeUndefined()
    expect(usualMs(undefined)).toBeUndefined()
  })

  it('survives the log: measured times are restored', () => {
    const again = ModelStatistics.fromJSON(JSON.parse(JSON.stringify(smart.toJSON())))
    again.add(fast)
    expect(again.arrival.total).toBe(2000)
    expect(warn(50, { smart: again })).toHaveLength(1)
  })
})
