import { expect, onTestFinished, test } from 'vitest'
import { BrokerFetcher, type Fetching } from './broker-fetcher.ts'
import { Connections } from './connections.ts'
import { FramePool } from './frame-pool.ts'
import { kafkaSettings } from './options.ts'
import { FetchBroker } from './testing/fetch-broker.ts'

type Fetch = (partition: number, more?: { readonly from?: bigint; readonly untilRecords?: boolean; readonly topic?: string }) => Fetching

async function stage(): Promise<{ broker: FetchBroker; fetch: Fetch; close: (error: Error) => void }> {
  const broker = await FetchBroker.start()
  const settings = kafkaSettings({ brokers: [`127.0.0.1:${broker.address.port}`] })
  const fetcher = new BrokerFetcher(broker.address, { connections: new Connections(settings), settings, pool: new FramePool(1 << 20) })
  onTestFinished(async () => {
    fetcher.close(new Error('over'))
    await broker[Symbol.asyncDispose]()
  })
  const fetch: Fetch = (partition, more) => {
    const fetching = fetcher.fetch({ topic: 't', partition, from: 0n, maxBytes: 1000, untilRecords: true, reuse: true, ...more })
    fetching.fetched.catch(() => {})
    return fetching
  }
  return { broker, fetch, close: (error) => fetcher.close(error) }
}

async function asked(broker: FetchBroker, count: number): Promise<FetchBroker['asked']> {
  await expect.poll(() => broker.asked.length, { interval: 2 }).toBe(count)
  return broker.asked
}

const some = Uint8Array.of(1, 2, 3)

test('what is asked for at the same time goes in one request, and stays together', async () => {
  const { broker, fetch } = await stage()
  const first = fetch(0)
  for (const partition of [1, 2]) fetch(partition)
  fetch(0, { topic: 'other' })
  expect((await asked(broker, 1))[0]!.names.toSorted()).toEqual(['other-0', 't-0', 't-1', 't-2'])
  broker.asked[0]!.answer({ 't-0': some })
  expect([...(await first.fetched).records]).toEqual([1, 2, 3])
  fetch(0, { from: 5n })
  const again = (await asked(broker, 2))[1]!
  // The one that brought records stands behind those that wait.
  expect(again.partitions.at(-1)).toEqual({ topic: 't', partition: 0, from: 5n })
  expect(again.names.toSorted()).toEqual(['other-0', 't-0', 't-1', 't-2'])
  expect(broker.connections).toBe(1)
})

test('what comes while a request is on its way does not wait for that, and goes together with it later', async () => {
  const { broker, fetch } = await stage()
  fetch(0)
  await asked(broker, 1)
  fetch(1)
  fetch(2)
  const [one, two] = await asked(broker, 2)
  expect([one!.names, two!.names]).toEqual([['t-0'], ['t-1', 't-2']])
  expect(one!.connection).not.toBe(two!.connection)
  one!.answer()
  two!.answer()
  const later = (await asked(broker, 3))[2]!
  expect(later.names.toSorted()).toEqual(['t-0', 't-1', 't-2'])
})

test('the same partition may be read by several, at different places', async () => {
  const { broker, fetch } = await stage()
  const [one, other] = [fetch(0), fetch(0, { from: 7n })]
  const requests = await asked(broker, 2)
  expect(requests.map(({ partitions }) => partitions.map(({ from }) => from))).toEqual([[0n], [7n]])
  requests[0]!.answer({ 't-0': some })
  requests[1]!.answer({ 't-0': Uint8Array.of(7) })
  expect([...(await one.fetched).records, ...(await other.fetched).records]).toEqual([1, 2, 3, 7])
})

test('an answer without records is one for who does not wait for them', async () => {
  const { broker, fetch } = await stage()
  const now = fetch(0, { untilRecords: false })
  fetch(1)
  ;(await asked(broker, 1))[0]!.answer()
  const { records, stable } = await now.fetched
  expect([records.length, stable]).toEqual([0, 9n])
  expect((await asked(broker, 2))[1]!.names).toEqual(['t-1'])
})

test('where others brought records, one without is asked for again, before them', async () => {
  const { broker, fetch } = await stage()
  const first = fetch(0)
  const last = fetch(1, { untilRecords: false })
  ;(await asked(broker, 1))[0]!.answer({ 't-0': some })
  await first.fetched
  fetch(0, { from: 1n })
  const again = (await asked(broker, 2))[1]!
  expect(again.names).toEqual(['t-1', 't-0'])
  again.answer({ 't-0': some })
  expect((await last.fetched).records.length).toBe(0)
})

test('an error of one partition is not one of the others', async () => {
  const { broker, fetch } = await stage()
  const [bad, good] = [fetch(0), fetch(1)]
  ;(await asked(broker, 1))[0]!.answer({ 't-0': 6, 't-1': some })
  await expect(bad.fetched).rejects.toMatchObject({ kafkaCode: 6 })
  expect((await good.fetched).records.length).toBe(3)
})

test('a cut connection fails what was asked over it, and the next is asked over another one', async () => {
  const { broker, fetch } = await stage()
  const [one, other] = [fetch(0), fetch(1)]
  ;(await asked(broker, 1))[0]!.cut()
  await expect(one.fetched).rejects.toThrow('closed')
  await expect(other.fetched).rejects.toThrow('closed')
  const again = fetch(0)
  ;(await asked(broker, 2))[1]!.answer({ 't-0': some })
  expect((await again.fetched).records.length).toBe(3)
})

test('who gave up is not asked for again, and what comes for it is let go', async () => {
  const { broker, fetch } = await stage()
  const gone = fetch(0)
  const stays = fetch(1)
  await asked(broker, 1)
  gone.cancel()
  broker.asked[0]!.answer({ 't-0': some })
  expect((await asked(broker, 2))[1]!.names).toEqual(['t-1'])
  broker.asked[1]!.answer({ 't-1': some })
  await stays.fetched
})

test('bytes that somebody holds are not used for the next answer', async () => {
  const { broker, fetch } = await stage()
  const [one, other] = [fetch(0), fetch(1)]
  ;(await asked(broker, 1))[0]!.answer({ 't-0': some, 't-1': Uint8Array.of(9, 9) })
  const [mine, theirs] = [await one.fetched, await other.fetched]
  mine.release()
  mine.release()
  const next = fetch(0, { from: 3n })
  ;(await asked(broker, 2))[1]!.answer({ 't-0': Uint8Array.of(4, 4, 4, 4) })
  const { records } = await next.fetched
  expect([...theirs.records, ...records]).toEqual([9, 9, 4, 4, 4, 4])
})

test('when it is closed, who waits is told why', async () => {
  const { broker, fetch, close } = await stage()
  const one = fetch(0)
  await asked(broker, 1)
  close(new Error('the log is closed'))
  await expect(one.fetched).rejects.toThrow('given up')
  await expect(fetch(0).fetched).rejects.toThrow('the log is closed')
})
