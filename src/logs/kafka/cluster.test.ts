import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { Cluster } from './cluster.ts'
import { kafkaSettings } from './options.ts'

/** Listens on a free port, and counts who comes. */
async function listen(accept: (socket: Socket) => void = () => {}): Promise<{ readonly server: Server; readonly address: string }> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    accept(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** An address where nobody listens. */
async function nobody(): Promise<string> {
  const { server, address } = await listen()
  server.close()
  await once(server, 'close')
  return address
}

async function portsAsked(cluster: Cluster, times: number): Promise<string[]> {
  const asked: string[] = []
  for (let i = 0; i < times; i++) await cluster.ask(async ({ host, port }) => asked.push(`${host}:${port}`))
  return asked
}

test('with the first of two brokers away, the second is asked', async () => {
  const second = await listen()
  const cluster = new Cluster(kafkaSettings({ brokers: [await nobody(), second.address] }))
  try {
    expect(await portsAsked(cluster, 2)).toEqual([second.address, second.address])
  } finally {
    cluster.close()
    second.server.close()
  }
})

test('a broker that takes connections and does not answer is not asked again while another one does', async () => {
  const [first, second] = [await listen((socket) => socket.destroy()), await listen()]
  const cluster = new Cluster(kafkaSettings({ brokers: [first.address, second.address] }))
  const failing = async (): Promise<never> => {
    throw new Error('no answer')
  }
  try {
    // Both were sent to the first.
    const failed = await Promise.allSettled([cluster.ask(failing), cluster.ask(failing)])
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await portsAsked(cluster, 2)).toEqual([second.address, second.address])
  } finally {
    cluster.close()
    first.server.close()
    second.server.close()
  }
})
