import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** Aborts when the client goes away. */
export function closeSignal(reply: FastifyReply): AbortSignal {
  const abort = new AbortController()
  reply.raw.on('close', () => abort.abort())
  return abort.signal
}

/** Answers with one server-sent event per item. */
export function sendEvents(reply: FastifyReply, items: AsyncIterable<unknown>): FastifyReply {
  const events = texts(items, (item) => `data: ${JSON.stringify(item)}\n\n`)
  return reply.type('text/event-stream').header('cache-control', 'no-store').header('x-accel-buffering', 'no').send(Readable.from(events))
}

/** Answers with one line of JSON per item. */
export function sendLines(reply: FastifyReply, items: AsyncIterable<unknown>): FastifyReply {
  return reply
    .type('application/x-ndjson')
    .header('cache-control', 'no-store')
    .send(Readable.from(texts(items, (item) => `${JSON.stringify(item)}\n`)))
}

async function* texts(items: AsyncIterable<unknown>, format: (item: unknown) => string): AsyncIterable<string> {
  for await (const item of items) yield format(item)
}
