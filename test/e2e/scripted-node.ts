import Fastify, { type FastifyInstance } from 'fastify'
import { registerWeb } from '../../web/serve-web.ts'
import type { ScriptedWorld } from './scripted-world.ts'

/** The API's contract over a made-up node, as far as the page uses it. */
export interface ScriptedNode {
  readonly app: FastifyInstance
  /** What the page asked for, besides its own files: `POST /models/wine/rollback {"to":"q@1"}`. */
  readonly asked: string[]
  /** Tells every open page the world as it is now. */
  tell(): void
  /** Ends every event stream, and refuses new ones until it is called with false. */
  silence(silent: boolean): void
}

/** Serves the page of a world under this content security policy. */
export function createScriptedNode(world: ScriptedWorld, policy: string): ScriptedNode {
  const app = Fastify({ forceCloseConnections: true })
  const listeners = new Set<(data: string) => void>()
  const streams = new Set<() => void>()
  const asked: string[] = []
  let silent = false
  app.addHook('onRequest', async (_request, reply) => void reply.header('content-security-policy', policy))
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  registerWeb(app)

  app.get('/live', (_request, reply) => {
    if (silent) return reply.code(503).send({ code: 'log.unavailable', scope: 'service', message: 'stopping', details: {} })
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const send = (data: string): void => void reply.raw.write(`data: ${data}\n\n`)
    const end = (): void => void reply.raw.end()
    listeners.add(send)
    streams.add(end)
    reply.raw.on('close', () => (listeners.delete(send), streams.delete(end)))
    send(JSON.stringify(world.snapshot()))
    return reply
  })

  app.get<{ Params: { dataType: string } }>('/state/:dataType', (request) => world.state(request.params.dataType))

  app.post<{ Params: { dataType: string }; Body: { to: string } }>('/models/:dataType/rollback', (request, reply) => {
    const { dataType } = request.params
    const { to } = request.body
    asked.push(`POST ${request.url} ${JSON.stringify(request.body)}`)
    const found = world.models.find((model) => model.dataType === dataType)?.versions.some(({ id }) => id === to)
    if (found !== true)
      return reply.code(404).send({ code: 'model.not-found', scope: 'model', message: `${dataType} has no ${to}`, details: {} })
    world.serve(dataType, to, 'rollback')
    return { id: to, dataType, status: 'serving', offset: '9', reason: null }
  })

  app.post<{ Querystring: { name: string; dataType: string; format: string } }>('/models', (request) => {
    const { name, dataType, format } = request.query
    asked.push(`POST /models ${name} ${dataType} ${format} ${(request.body as Buffer).length} bytes`)
    const { id } = world.publish(dataType, `${name}@9`, { format })
    world.serve(dataType, id)
    return { id, dataType, status: 'serving', offset: '9', reason: null }
  })

  return {
    app,
    asked,
    tell() {
      const data = JSON.stringify(world.snapshot())
      for (const send of listeners) send(data)
    },
    silence(value) {
      silent = value
      if (value) for (const end of streams) end()
    },
  }
}
