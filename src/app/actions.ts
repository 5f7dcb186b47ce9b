import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { CommandActions, DemoOptions, RunningNode } from '../cli/context.ts'
import { type Config, loadConfig } from '../config/index.ts'
import { runDemo } from '../demo/run-demo.ts'
import { createLogger } from './logger.ts'
import { SluiceNode } from './node.ts'
import { score } from './score.ts'

const DEMO_RATE = 200

/** What the commands `serve`, `demo` and `score` start. */
export const actions: CommandActions = { serve, demo, score }

async function serve(config: Config): Promise<RunningNode> {
  const node = await SluiceNode.start({ config, logger: createLogger(config.logging), page: await loadPage() })
  return { url: node.url!, [Symbol.asyncDispose]: () => node[Symbol.asyncDispose]() }
}

async function demo({ port, directory, rate }: DemoOptions): Promise<RunningNode> {
  await using stack = new AsyncDisposableStack()
  const folder = directory === undefined ? await mkdtemp(join(tmpdir(), 'sluice-demo-')) : resolve(directory)
  if (directory === undefined) stack.defer(() => rm(folder, { recursive: true, force: true }))
  const config = await demoConfig(folder, port)
  const node = stack.use(await SluiceNode.start({ config, logger: createLogger(config.logging), page: await loadPage() }))
  const abort = new AbortController()
  const failure = Promise.withResolvers<never>()
  const playing = runDemo({ services: node.services, rate: rate ?? DEMO_RATE, signal: abort.signal, onFailure: failure.reject })
  stack.defer(async () => {
    abort.abort()
    await playing
  })
  const owned = stack.move()
  return { url: node.url!, stopped: failure.promise, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function demoConfig(folder: string, port: number | undefined): Promise<Config> {
  const settings = {
    log: `sqlite:${join(folder, 'sluice.db')}`,
    streams: [
      { name: 'flights', input: 'flights', output: 'flight-scores', dataTypes: ['flight'] },
      { name: 'wine', input: 'wine', output: 'wine-scores', dataTypes: ['wine'] },
    ],
    logging: { level: 'warn' },
  }
  const flags = Object.entries(settings).map(([key, value]) => ({
    flag: 'demo',
    key,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }))
  if (port !== undefined) flags.push({ flag: '--port', key: 'http.port', value: String(port) })
  return loadConfig({ file: null, env: {}, flags, cwd: folder })
}

async function loadPage(): Promise<(app: FastifyInstance) => void> {
  const { registerWeb } = await import('../../web/serve-web.ts')
  return registerWeb
}
