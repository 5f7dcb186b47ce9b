import { expect, it } from 'vitest'
import { answersOf } from '../../../test/contracts/answers.ts'
import { frameOf } from '../../../test/contracts/frame-of.ts'
import { descriptorOf } from '../../../test/contracts/runtime.ts'
import type { StatefulModel } from '../../core/model.ts'
import { Scores } from '../../core/scores.ts'
import { createPfaRuntime } from './runtime.ts'

const COUNTING = {
  input: 'double',
  output: 'double',
  cells: { sum: { type: 'double', init: 0, rollback: true } },
  pools: { seen: { type: 'int', init: {}, rollback: true } },
  action: [
    {
      pool: 'seen',
      path: [{ string: 'k' }],
      to: { params: [{ n: 'int' }], ret: 'int', do: { '+': ['n', 1] } },
      init: 0,
    },
    { cell: 'sum', to: { params: [{ old: 'double' }], ret: 'double', do: { '+': ['old', 'input'] } } },
  ],
}

async function load(document: unknown): Promise<StatefulModel> {
  const bytes = new TextEncoder().encode(JSON.stringify(document))
  return (await createPfaRuntime().load(descriptorOf('pfa', bytes), bytes)) as StatefulModel
}

function scored(model: StatefulModel): Scores {
  const scores = new Scores()
  scores.reset(model.outputs, 1)
  model.score(frameOf(model.inputs, [{}]), scores)
  return scores
}
it('goes on from states that were taken out, and scores only the rows that it is told', async () => {
  using model = await load(COUNTING)
  const instance = model.state!.fork()
  const rows = (from: number, to: number): number[] => {
    const frame = frameOf(model.inputs, [{ input: 1 }, { input: 10 }, { input: 100 }])
    const scores = new Scores()
    scores.reset(model.outputs, frame.rows)
    instance.score(frame, scores, from, to)
    return [...scores.values.subarray(0, 3)]
  }
  const initial = instance.snapshot()
  expect(rows(0, 2).slice(0, 2)).toEqual([1, 11])
  expect(JSON.parse(instance.snapshot())).toMatchObject({ cells: { sum: 11 }, pools: { seen: { k: 2 } } })
  const held = instance.hold!()
  instance.restore(initial)
  expect(rows(2, 3)[2]).toBe(100)
  instance.resume!(held)
  expect(rows(1, 3).slice(1)).toEqual([21, 121])
  expect(JSON.parse(instance.snapshot())).toMatchObject({ cells: { sum: 121 }, pools: { seen: { k: 4 } }, actions: [4, 4] })
})

const ROLLING = { input: 'null', output: 'double', randseed: 42, action: { 'rand.double': [0, 1] } }

it('goes on with the same random numbers after a snapshot, where its seed decides them', async () => {
  using model = await load(ROLLING)
  const [one, other] = [model.state!.fork(), model.state!.fork()]
  const draw = (instance: StatefulModel): unknown => answersOf(scored(instance))
  const first = Array.from({ length: 3 }, () => draw(one))
  expect(first[0]).not.toEqual(first[1])
  const snapshot = one.snapshot()
  const after = Array.from({ length: 5 }, () => draw(one))
  // Another instance begins with the same, whatever was drawn elsewhere between.
  expect(Array.from({ length: 3 }, () => draw(other))).toEqual(first)
  draw(other)
  other.restore(snapshot)
  expect(Array.from({ length: 5 }, () => draw(other))).toEqual(after)
  for (const random of ['7', '[1,2,3]', '[1,2,3,4.5]', '[1,2,3,4294967296]']) {
    expect(() => other.restore(snapshot.replace(/"random":\[[^\]]*\]/, `"random":${random}`))).toThrow(
      expect.objectContaining({ code: 'model.malformed' }) as Error,
    )
  }
})

it.each([
  ['without a seed', { ...ROLLING, randseed: undefined }],
  ['with a seed that nothing uses', { ...ROLLING, action: 0.5 }],
])('has no state for random numbers %s', async (_, document) => {
  using model = await load(document)
  expect(model.state).toBeUndefined()
})
