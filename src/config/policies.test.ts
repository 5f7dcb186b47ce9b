import { describe, expect, it } from 'vitest'
import { SluiceError } from '../core/errors.ts'
import { effectiveYaml } from './effective.ts'
import { type ConfigSources, loadConfig, loadConfigWithSources } from './load-config.ts'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

function sources(yaml: string, given: Partial<ConfigSources> = {}): ConfigSources {
  const cwd = mkdtempSync(join(tmpdir(), 'sluice-policies-'))
  writeFileSync(join(cwd, 'sluice.yaml'), yaml)
  return { env: {}, flags: [], cwd, ...given }
}

function problems(yaml: string): string {
  try {
    loadConfig(sources(yaml))
  } catch (error) {
    if (error instanceof SluiceError) return error.message
    throw error
  }
  throw new Error('nothing is wrong with it')
}

const CONSENSUS = `
streams:
  - input: wines
    decisions: wine-decisions
    policies:
      wine: { answer: { consensus: { of: [a, b, c] } }, budgetMs: 50, shadow: [{ model: d }] }
models:
  aliases: { wine: { a: forest, b: net@2 } }
`

describe('policies in the configuration', () => {
  it('are taken as they are, and shown again with where they come from', () => {
    const loaded = loadConfigWithSources(sources(CONSENSUS))
    const [stream] = loaded.config.streams
    expect(stream!.policies).toEqual({ wine: { answer: { consensus: { of: ['a', 'b', 'c'] } }, budgetMs: 50, shadow: [{ model: 'd' }] } })
    expect([stream!.decisions, stream!.policy, loaded.config.models.aliases]).toEqual([
      'wine-decisions',
      undefined,
      { wine: { a: 'forest', b: 'net@2' } },
    ])
    const shown = effectiveYaml(loaded)
    expect(shown).toMatch(/of: \[ a, b, c \] +# sluice.yaml:6/)
    expect(loadConfig(sources(shown)).streams).toEqual(loaded.config.streams)
  })

  it('can be set as a whole by a flag or a variable', () => {
    const flags = [{ flag: '--set', key: 'streams[0].policy', value: '{ answer: { primary: forest } }' }]
    expect(loadConfig(sources('streams: [{}]', { flags })).streams[0]!.policy).toEqual({ answer: { primary: 'forest' } })
    const env = { SLUICE_STREAMS_0_POLICY: '{ answer: forest, budgetMs: 5 }' }
    expect(loadConfig(sources('streams: [{}]', { env })).streams[0]!.policy).toEqual({ answer: 'forest', budgetMs: 5 })
  })

  it.each([
    ['answer: { consensus: { of: [a, b] } }', "streams[0].policies.wine.answer.consensus.of has 2 members, which can tie; it must have an odd number"], // prettier-ignore
    [
      'answer: { speculative: { smart: a, fast: b, afterMs: 100 } }, budgetMs: 50',
      'streams[0].policies.wine.answer.speculative.afterMs is 100',
    ],
    ['answer: { split: { arms: [{ percent: 50, answer: a }, { percent: 40, answer: b }] } }', 'streams[0].policies.wine.answer.split.arms'],
    ['answer: { consensos: { of: [a] } }', 'streams[0].policies.wine.answer.consensos is not a setting; did you mean streams[0].policies.wine.answer.consensus?'], // prettier-ignore
    [
      'answer: { within: { ms: 5, answer: { qualty: {} } } }',
      'streams[0].policies.wine.answer.within.answer.qualty is not a setting; did you mean',
    ],
    ['answer: 5', 'streams[0].policies.wine.answer is 5, but must be the name of a model, or one of'],
    ['answer: a, budget: 5', 'streams[0].policies.wine.budget is not a setting; did you mean streams[0].policies.wine.budgetMs?'],
  ])('are refused with what would be right: %s', (policy, message) => {
    expect(problems(`streams: [{ policies: { wine: { ${policy} } } }]`)).toContain(message)
  })

  it('belong to data types of their stream, and decisions to a topic of their own', () => {
    expect(problems('streams: [{ dataTypes: [flight], policies: { wine: { answer: a } } }]')).toContain(
      'streams[0].policies.wine is for a data type that the stream does not carry; it must be one of flight',
    )
    expect(problems('streams: [{ decisions: scores }]')).toContain("streams[0].decisions is 'scores', which is streams[0].output")
    expect(problems('streams: [{ decisions: swaps }]')).toContain("streams[0].decisions is 'swaps', which is Sluice's own (topics.swaps)")
    expect(problems('streams: [{ input: control }]')).toContain("which is Sluice's own (topics.control)")
  })
})
