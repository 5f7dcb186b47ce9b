import { expect, test } from 'vitest'
import { factorModel, startTestNode } from '../../test/fixtures/serving/test-node.ts'

test('a model whose inputs no recent record has serves, and whoever publishes it is warned', async () => {
  await using node = await startTestNode({ definitions: [factorModel('double', '1', 2)] })
  const { models, records } = node.services
  const publish = async (version: string, inputs: Readonly<Record<string, string>>): Promise<string | undefined> => {
    const query = { name: 'again', version, dataType: 'number', format: 'function', inputs: JSON.stringify(inputs), wait: 'true' as const }
    const { status, warning } = await models.publish(query, Buffer.from('double@1'))
    expect(status).toBe('serving')
    return warning
  }
  expect(await publish('1', { x: 'nosuch' })).toBeUndefined()

  const lines = ['{"dataType":"number","X":1,"y":{"z":2}}', '{"dataType":"other","nosuch":1}', '{"dataType":"number"}', 'nonsense']
  await records.append('numbers', Buffer.from(lines.join('\n')), { format: 'ndjson', partition: 1 })
  await records.append('numbers', Buffer.alloc(0), { format: 'protobuf', partition: 0 })
  expect(await publish('2', {})).toBeUndefined()
  expect(await publish('3', { x: 'y.z' })).toBeUndefined()
  expect(await publish('4', { x: 'nosuch' })).toBe(
    "none of the last 2 records of stream 'numbers' has 'nosuch' for its input 'x', which again@4 needs",
  )
})
