import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { TailPosition } from './services.ts'

/** Aborts when the client goes away. */
export function closeSignal(reply: FastifyReply): AbortSignal {
  const abort = new AbortController()
  reply.raw.on('close', () => abort.abort())
  return abort.signal
}

/** Answers with one server-sent event per item, which has the text of the position behind it as its id. */
export function sendEvents(reply: FastifyReply, items: AsyncIterable<unknown>, position?: TailPosition): FastifyReply {
  void reply.type('text/event-stream').header('x-accel-buffering', 'no')
  const id = (): string => (position === undefined || position.text === '' ? '' : `id: ${position.text}\n`)
  return sendTexts(reply, writeTexts(items, { write: (item) => `${id()}data: ${JSON.stringify(item)}\n\n`, quiet: () => `:\n${id()}\n` }))
}

/** Answers with one line of JSON per item; lines that are empty say nothing. */
export function sendLines(reply: FastifyReply, items: AsyncIterable<unknown>): FastifyReply {
  void reply.type('application/x-ndjson')
  return sendTexts(reply, writeTexts(items, { write: (item) => `${JSON.stringify(item)}\n`, quiet: () => '\n' }))
}

function sendTexts(reply: FastifyReply, texts: AsyncIterable<string>): FastifyReply {
  // Else the client hears nothing at all before the first item, and may give up.
  reply.raw.once('pipe', () => reply.raw.flushHeaders())
  return reply.header('cache-control', 'no-store').send(Readable.from(texts))
}

/** Clients and what is between give up on a connection that says nothing for a minute or some. */
const QUIET_MS = 15_000

export interface Writing {
  readonly write: (item: unknown) => string
  /** What is written where nothing has come for a while. */
  readonly quiet: () => string
  readonly quietMs?: number
}

/** Each item as text, and something to say while there is none. */
export async function* writeTexts(
  items: AsyncIterable<unknown>,
  { write, quiet, quietMs = QUIET_MS }: Writing,
): AsyncGenerator<string, void> {
  const iterator = items[Symbol.asyncIterator]()
  try {
    let coming = iterator.next()
    for (;;) {
      const next = await within(coming, quietMs)
      if (next === undefined) yield quiet()
      else if (next.done === true) return
      else {
        yield write(next.value)
        coming = iterator.next()
      }
    }
  } finally {
    // Not waited for: it ends with its own signal.
    void iterator.return?.()
  }
}

/** What was promised, or undefined where it does not come in time. */
async function within<T>(promised: Promise<T>, ms: number): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => late.resolve(undefined), ms)
  try {
    return await Promise.race([promised, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
