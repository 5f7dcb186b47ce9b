import { expect, test } from 'vitest'
import { checkExample } from '../system/check-examples.ts'
import { checkLeavings } from '../system/check-answers.ts'
import { checkState } from '../system/check-state.ts'
import { createMemoryWorld } from '../system/embedded-world.ts'
import { expectedProbabilities, flightLines, modelsOf, publishPath, wineLines } from '../system/examples.ts'
import { System } from '../system/system.ts'

test.each([
  ['flights', flightLines(), 470 * 3],
  ['wine', wineLines(), 178 * 2],
] as const)('every version of examples/%s answers as the library that trained it', async (example, lines, count) => {
  await using system = await System.start(await createMemoryWorld(), {
    streams: [{ name: example, format: 'json', partitions: 2 }],
    settings: { dataTypes: [example === 'flights' ? 'flight' : 'wine'] },
  })
  const known = expectedProbabilities(example)
  const records = lines.filter((line) => known.has((JSON.parse(line) as { id: string }).id)).map((line) => Buffer.from(line))
  const models = modelsOf(example)
  for (const model of models) {
    const { status, body } = await system.api.post(publishPath(model), model.bytes, 'application/octet-stream')
    expect({ status, body }).toMatchObject({ status: 200, body: { id: `${model.name}@${model.version}`, status: 'serving' } })
    for (const partition of [0, 1])
      await system.send(
        example,
        partition,
        records.filter((_, i) => i % 2 === partition),
      )
    await system.answered()
  }
  const state = await system.api.state(models[0]!.dataType)
  await system.stop()
  const { outcomes } = await checkLeavings(system)
  expect(checkExample(example, outcomes)).toBe(count)
  checkState(state, outcomes)
})
