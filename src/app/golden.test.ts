import { expect, test } from 'vitest'
import { factorModel, startTestNode } from '../../test/fixtures/serving/test-node.ts'

test('a model that does not reproduce its golden vectors is refused with the difference, and the one before keeps serving', async () => {
  await using node = await startTestNode({ definitions: [factorModel('double', '1', 2)] })
  const { models } = node.services
  const publish = async (version: string, y: number) => {
    const query = { name: 'double', version, dataType: 'number', format: 'function', wait: 'true' as const }
    const golden = { vectors: [{ inputs: { x: 3 }, outputs: { score: y } }], absoluteTolerance: 1e-9, relativeTolerance: 0 }
    const output = (await models.history('number')).serving
    expect(output).not.toBeNull()
    return models.publish(query, Buffer.from('double@1'), golden)
  }
  const bad = publish('2', 6.5)
  await expect(bad).rejects.toMatchObject({ code: 'model.golden.mismatch' })
  await expect(bad).rejects.toThrow(/is 6 and should be 6.5: it is off by 0.500/)
  expect((await models.history('number')).serving).toBe('double@1')
  expect((await publish('3', 6)).status).toBe('serving')
})
