import { describe, expect, it } from 'vitest'
import { loadConfig } from './load-config.ts'
import type { Config } from './schema.ts'

function load(settings: Readonly<Record<string, unknown>>): Config {
  const flags = Object.entries(settings).map(([key, value]) => ({ flag: 'test', key, value: JSON.stringify(value) }))
  return loadConfig({ file: null, env: {}, flags, cwd: import.meta.dirname })
}

const scores = [{ topic: 'scores-a' }, { topic: 'scores-b', model: 'b', deadLetters: 'dead-b' }]

describe('the rendezvous of a configuration', () => {
  it('needs an input and topics of scores, and may stand alone', () => {
    const { rendezvous, streams } = load({ streams: [], rendezvous: [{ input: 'wine', scores, policies: { wine: { answer: 'a' } } }] })
    expect(streams).toEqual([])
    expect(rendezvous[0]).toMatchObject({
      name: 'wine',
      results: 'results',
      decisions: 'decisions',
      commit: { guarantee: 'at-least-once', intervalMs: 5 },
      scores: [
        { topic: 'scores-a', value: 'auto' },
        { topic: 'scores-b', model: 'b', deadLetters: 'dead-b' },
      ],
    })
  })

  it.each([
    ['nothing to do', { streams: [] }, 'at least one stream'],
    ['no scores', { rendezvous: [{ input: 'wine', scores: [] }] }, 'rendezvous[0].scores'],
    ['a topic of scores twice', { rendezvous: [{ input: 'wine', scores: [...scores, ...scores] }] }, 'rendezvous[0].scores[2].topic'],
    ['results that are the input', { rendezvous: [{ input: 'wine', results: 'wine', scores }] }, 'rendezvous[0].results'],
    [
      'two that write the same results',
      {
        rendezvous: [
          { input: 'wine', scores },
          { input: 'beer', scores },
        ],
      },
      "rendezvous[1].results is 'results', as rendezvous[0].results is",
    ],
    ['a policy that is none', { rendezvous: [{ input: 'wine', scores, policies: { wine: { answer: { best: 1 } } } }] }, 'policies'],
  ])('is refused with %s', (_, settings, says) => {
    expect(() => load(settings)).toThrow(says)
  })
})
