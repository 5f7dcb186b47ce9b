import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadConfig, readPolicy, readReward } from '../src/config/index.ts'
import { createArmsPolicy } from '../src/policies/batch/create-arms-policy.ts'

const page = readFileSync(join(import.meta.dirname, '../docs/policies.md'), 'utf8')
const examples = (kind: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`yaml ${kind}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text]) => text!)

describe('docs/policies.md', () => {
  it('has policies that can be used', () => {
    const policies = examples('policy').map((text) => createArmsPolicy(readPolicy(parse(text)), 1))
    expect(policies.map(({ name, arms }) => [name, arms.length])).toEqual([
      ['consensus', 3],
      ['split', 4],
      ['rendezvous', 4],
      ['speculative', 2],
    ])
  })

  it('has a configuration that can be used', () => {
    const [text] = examples('config')
    const cwd = mkdtempSync(join(tmpdir(), 'sluice-document-'))
    writeFileSync(join(cwd, 'sluice.yaml'), text!)
    const { streams, models } = loadConfig({ env: {}, flags: [], cwd })
    expect(streams[0]).toMatchObject({
      decisions: 'wine-decisions',
      policies: { wine: { answer: { quality: { of: ['forest', 'boosted'] } } } },
    })
    expect(models.aliases).toEqual({ wine: { champion: 'forest', challenger: 'boosted@3' } })
  })

  it('has a reward that can be used', () => {
    const [text] = [...page.matchAll(/^```json reward\n([\s\S]*?)^```/gm)].map(([, json]) => json!)
    expect(readReward(JSON.parse(text!))).toMatchObject({ bandit: 'b', member: 1 })
  })

  it('tells of every rule', () => {
    for (const rule of ['primary', 'split', 'speculative', 'consensus', 'quality', 'bagging', 'cascade', 'rendezvous', 'within', 'bandit'])
      expect(page).toContain(rule)
  })
})
