import { expect, test } from 'vitest'
import type { DataTypeState } from '../../src/api/contract/state.ts'
import type { View } from '../view.ts'
import { lanes } from './lanes.ts'

/** All text within a piece of the page. */
function textIn(node: unknown): string {
  if (Array.isArray(node)) return node.map(textIn).join(' ')
  if (typeof node === 'object' && node !== null) return textIn((node as { props?: { children?: unknown } }).props?.children)
  return typeof node === 'string' || typeof node === 'number' ? String(node) : ''
}

const arm = { scored: 4, failed: 0, late: 1, cancelled: 0, chosen: 3, compared: 4, agreed: 2 }
const version = (name: string) => ({ id: `${name}@1`, name, version: '1', usage: 3, arm }) as unknown as DataTypeState['versions'][number]

function shown(warnings?: string[]): string {
  const arms = ['smart', 'fast'].map((name) => ({ arm: name, role: 'answer' as const, model: `${name}@1` }))
  const policies = ['one', 'two'].map((stream) => ({
    stream,
    policy: { answer: { speculative: {} } },
    epoch: 1,
    arms,
    ...(warnings && { warnings }),
  }))
  const state = { dataType: 'wine', versions: [version('smart'), version('fast')], policies, totals: { scored: 6 } }
  const view = { state: { statistics: new Map([['wine', state]]), colours: { of: () => 0 } } } as unknown as View
  return textIn(lanes(view))
}

test('a lane for each model, and above them, once, what is wrong with the time of the speculation', () => {
  expect(shown()).toMatch(/wine\s+speculative.*smart@1.*fast@1/)
  expect(shown()).not.toContain('⚠')
  expect(shown(['the fast model takes 3 ms']).match(/⚠\s+the fast model takes 3 ms/g)).toHaveLength(1)
})
