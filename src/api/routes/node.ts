import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { dataTypeState, liveSnapshot, type LiveSnapshot, stateQuery, type StateQuery } from '../contract/index.ts'
import { closeSignal, sendEvents } from '../event-stream.ts'
import type { Metrics } from '../metrics.ts'
import type { Route } from '../route.ts'
import type { LiveService, StateService } from '../services.ts'

const LIVE_EVERY_MS = 500
const readiness = z.object({ ready: z.boolean() })

/** What the node knows: statistics, its picture, its metrics and its health. */
export function nodeRoutes({ state, live }: { readonly state: StateService; readonly live: LiveService }, metrics: Metrics): Route[] {
  return [
    {
      method: 'GET',
      path: '/processors',
      summary: 'The data types that have, or had, a model',
      tag: 'state',
      answer: z.array(z.string()),
      handle: () => state.processors(),
    },
    {
      method: 'GET',
      path: '/state/{dataType}',
      summary: 'What the models of a data type did: the serving version first',
      tag: 'state',
      query: stateQuery,
      answer: dataTypeState,
      handle: ({ params, query }) => state.state(params['dataType']!, (query as StateQuery).key),
    },
    {
      method: 'GET',
      path: '/live',
      summary: 'The picture of the node; with Accept: text/event-stream, one every half second',
      tag: 'node',
      answer: liveSnapshot,
      handle: ({ raw }, reply) =>
        raw.headers.accept?.includes('text/event-stream') === true
          ? sendEvents(reply, snapshots(live, closeSignal(reply)))
          : live.snapshot(),
    },
    {
      method: 'GET',
      path: '/metrics',
      summary: 'Metrics in the text format of Prometheus',
      tag: 'node',
      answer: { contentType: metrics.contentType },
      handle: async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()),
    },
    {
      method: 'GET',
      path: '/health/live',
      summary: 'The process answers',
      tag: 'node',
      answer: z.object({ live: z.literal(true) }),
      handle: () => ({ live: true }),
    },
    {
      method: 'GET',
      path: '/health/ready',
      summary: 'The models are read and the streams are being answered; 503 where not yet',
      tag: 'node',
      answer: readiness,
      others: { 503: { description: 'Not yet', answer: readiness } },
      handle: async (_, reply) => {
        const ready = await live.ready()
        return reply.code(ready ? 200 : 503).send({ ready })
      },
    },
  ]
}

async function* snapshots(live: LiveService, signal: AbortSignal): AsyncIterable<LiveSnapshot> {
  while (!signal.aborted) {
    yield await live.snapshot()
    await pause(LIVE_EVERY_MS, undefined, { signal }).catch(() => {})
  }
}
