import { Admin } from '@platformatic/kafka'
import { describe, expect, inject, test } from 'vitest'
import { checkLeavings } from '../system/check-answers.ts'
import { checkState } from '../system/check-state.ts'
import { createMemoryWorld, createSqliteWorld } from '../system/embedded-world.ts'
import { createKafkaWorld } from '../system/kafka-world.ts'
import { linearPmml } from '../system/linear-pmml.ts'
import { System } from '../system/system.ts'
import { tutorialDescriptor } from '../system/wine-wire.ts'
import { bytesField, doubleField } from '../system/wire.ts'
import type { World } from '../system/world.ts'

const MB = 1024 * 1024
const UNKNOWN_FIELD = 99

const small = Buffer.concat([doubleField(11, 10), bytesField(12, 'wine')])

/** A valid record of wine that is as long as that, because of a field that nobody knows. */
function padded(bytes: number): Buffer {
  return Buffer.concat([small, bytesField(UNKNOWN_FIELD, Buffer.alloc(bytes, 'x'))])
}

async function start(world: World, settings: Readonly<Record<string, unknown>>): Promise<System> {
  const system = await System.start(world, { streams: [{ name: 'wine-pb', format: 'protobuf', partitions: 1 }], settings })
  await system.publishServing(tutorialDescriptor({ name: 'size', data: linearPmml(1, { alcohol: 2 }) }), 'size@1')
  return system
}

describe.each([
  ['memory', createMemoryWorld],
  ['SQLite', createSqliteWorld],
])('A record of 50 MB on %s', (_, createWorld) => {
  const large = padded(50 * MB)

  test('is rejected where the stream takes 8 MB, and kept whole', async () => {
    await using system = await start(await createWorld(), {})
    await system.send('wine-pb', 0, [small])
    await system.send('wine-pb', 0, [large])
    await system.send('wine-pb', 0, [small])
    await system.answered()
    const state = await system.api.state('wine')
    await system.stop()
    const { outcomes } = await checkLeavings(system)
    expect(outcomes.map(({ answer }) => answer?.score)).toEqual([21, undefined, 21])
    const { headers, value } = outcomes[1]!.deadLetter!
    expect(headers.get('sluice_error')).toBe('record.too-large')
    expect(headers.get('sluice_reason')).toBe(`the value has ${large.length} bytes; the stream takes at most ${8 * MB}`)
    expect(value!.equals(large)).toBe(true)
    checkState(state, outcomes)
  })

  test('is answered where the stream takes 64 MB', async () => {
    await using system = await start(await createWorld(), { maxRecordBytes: '64MiB' })
    await system.send('wine-pb', 0, [small])
    await system.send('wine-pb', 0, [large])
    await system.send('wine-pb', 0, [small])
    await system.answered()
    await system.stop()
    const { outcomes } = await checkLeavings(system)
    expect(outcomes.map(({ answer }) => answer?.score)).toEqual([21, 21, 21])
  })
})

describe('On Kafka', () => {
  test('a record of 50 MB is rejected, and its dead letter has its beginning and says where all of it is', async () => {
    await using system = await start(await createKafkaWorld(inject('kafka')), {})
    const large = padded(50 * MB)
    await system.send('wine-pb', 0, [small])
    await system.send('wine-pb', 0, [large])
    await system.send('wine-pb', 0, [small])
    await system.answered()
    await system.stop()
    const { outcomes } = await checkLeavings(system)
    expect(outcomes.map(({ answer }) => answer?.score)).toEqual([21, undefined, 21])
    const { headers, value } = outcomes[1]!.deadLetter!
    expect(headers.get('sluice_error')).toBe('record.too-large')
    expect(headers.get('sluice_value_bytes')).toBe(String(large.length))
    expect(value!.length).toBeGreaterThan(small.length)
    expect(value!.equals(large.subarray(0, value!.length)), 'it is the beginning').toBe(true)
    const place = ['sluice_topic', 'sluice_partition', 'sluice_offset'].map((name) => headers.get(name))
    expect(place).toEqual([system.topicsOf('wine-pb').input, '0', '1'])
  })

  test('a record that is too large for the topic is refused at the door, and nothing of it is left', async () => {
    const world = await createKafkaWorld(inject('kafka'))
    const admin = new Admin({ clientId: 'end-to-end', bootstrapBrokers: [inject('kafka')] })
    const configs = [{ name: 'max.message.bytes', value: '100000' }]
    await admin.createTopics({ topics: [`${world.prefix}wine-pb`], partitions: 1, replicas: -1, configs })
    await admin.close()
    await using system = await start(world, {})
    const { status, body } = await system.api.post('/records/wine-pb', padded(200_000), 'application/x-protobuf')
    expect(body).toMatchObject({ code: 'log.append.refused', message: expect.stringContaining(`${world.prefix}wine-pb`) })
    expect(status).toBeGreaterThanOrEqual(400)
    await system.send('wine-pb', 0, [small])
    await system.answered()
    await system.stop()
    expect((await checkLeavings(system)).outcomes.map(({ answer }) => answer?.score)).toEqual([21])
  })
})
