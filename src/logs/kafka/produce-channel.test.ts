import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Connections } from './connections.ts'
import { kafkaSettings } from './options.ts'
import { ProduceChannel } from './produce-channel.ts'

/** A channel to a broker that takes everything in and never answers; the signs of life that it gives are as told. */
async function stage(isSilent: () => Promise<boolean>): Promise<ProduceChannel> {
  const server = createServer((socket) => socket.on('error', () => {}).resume())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const connections = new Connections(kafkaSettings({ brokers: [`127.0.0.1:${port}`] }))
  onTestFinished(() => {
    connections.close()
    server.close()
  })
  return new ProduceChannel(await connections.open({ host: '127.0.0.1', port }), { clientId: 't', lookEveryMs: 2, isSilent })
}

const append = { topic: 't', partition: 0, recordBatch: Buffer.alloc(100) }

test('a broker that hangs is given up, and all that was asked of it fails', async () => {
  const channel = await stage(async () => true)
  const asked = [channel.produce(append), channel.produce({ ...append, partition: 1 })]
  for (const one of asked) await expect(one).rejects.toThrow('no sign of life')
  expect(channel.isOpen).toBe(false)
})

test('a broker that takes long, but is alive, is waited for', async () => {
  let looks = 0
  const channel = await stage(async () => ++looks === 4)
  await expect(channel.produce(append)).rejects.toThrow('no sign of life')
  expect(looks).toBe(4)
})
