import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../../../test/setup/kafka/free-ports.ts'
import { Child } from '../child.ts'
import { type Place, type System, FLOAT32_TOLERANCE, FLOAT64_TOLERANCE } from './system.ts'

export const ROOT = join(import.meta.dirname, '../../..')
const READY_MS = 60_000

/** What is published over the models topic before a node is measured. */
export interface PublishedModel {
  readonly name: string
  readonly version?: string
  readonly dataType: string
  readonly format: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly inputs?: Readonly<Record<string, string>>
}

export interface SluiceOptions {
  readonly name?: string
  /** Of the stream: format, data type, inputs … */
  readonly stream: Readonly<Record<string, unknown>>
  readonly models: readonly PublishedModel[]
  /** A module with models in code. */
  readonly definitions?: string
  /** More of the configuration, at the top. */
  readonly config?: Readonly<Record<string, unknown>>
}

/** A Sluice node as a user runs it: `sluice serve` with a configuration file, and its models published over HTTP to the models topic. */
export interface SluiceSystem extends System {
  start(place: Place): Promise<SluiceNode>
}

export class SluiceNode extends Child {
  readonly url: string

  constructor(place: Place, options: SluiceOptions & { readonly port: number }) {
    const { directory, stage, group } = place
    const file = join(directory, `sluice-${options.port}.json`)
    writeFileSync(file, JSON.stringify(configOf(place, options)))
    const words = ['serve', '--config', file, '--log', `kafka:${stage.bootstrap}`, '--group', group, '--port', String(options.port)]
    super(command(words, directory), {
      name: options.name ?? 'Sluice',
      output: join(directory, `output-${options.port}.log`),
      cwd: directory,
    })
    this.url = `http://127.0.0.1:${options.port}`
  }

  /** Resolves when it says that it is ready. */
  async ready(): Promise<void> {
    const limit = performance.now() + READY_MS
    while (performance.now() < limit) {
      this.check()
      const answer = await fetch(`${this.url}/health/ready`).catch(() => undefined)
      if (answer?.ok === true) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw this.failure(`was not ready in ${READY_MS / 1000} s`)
  }

  /** Publishes a model; resolves when it serves, or with `wait: false` when it is on the models topic. */
  async publish(model: PublishedModel, wait = true): Promise<void> {
    const { name, version, dataType, format, inputs, bytes } = model
    const query = new URLSearchParams({ name, dataType, format, wait: String(wait) })
    if (version !== undefined) query.set('version', version)
    if (inputs !== undefined) query.set('inputs', JSON.stringify(inputs))
    const answer = await fetch(`${this.url}/models?${query.toString()}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
    })
    if (!answer.ok) throw new Error(`${name} was not published: ${await answer.text()}`)
  }
}

/** The node of this repository with that configuration. */
export function sluice(options: SluiceOptions): SluiceSystem {
  const single = options.models.some(({ format }) => format === 'onnx')
  return {
    name: options.name ?? 'Sluice',
    answers: 'sluice',
    tolerance: single ? FLOAT32_TOLERANCE : FLOAT64_TOLERANCE,
    async start(place) {
      const [port] = await freePorts(1)
      const node = new SluiceNode(place, { ...options, port: port! })
      try {
        await node.ready()
        for (const model of options.models) await node.publish(model)
        return node
      } catch (error) {
        await node[Symbol.asyncDispose]()
        throw error
      }
    },
  }
}

/** `BENCH_PROFILE=<folder>` has each node write a CPU profile there when it ends. */
function command(words: readonly string[], directory: string): string[] {
  const profile = process.env['BENCH_PROFILE']
  if (profile === undefined) return [join(ROOT, 'bin/sluice'), ...words]
  const name = `sluice-${directory.split('/').at(-1)}.cpuprofile`
  return [process.execPath, '--cpu-prof', `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${name}`, join(ROOT, 'src/cli/main.ts'), ...words]
}

function configOf({ group, input, output, partitions, guarantee }: Place, { stream, definitions, config }: SluiceOptions): object {
  const topic = (name: string): string => `${group}-${name}`
  return {
    models: { topic: topic('models'), ...(definitions !== undefined && { definitions }) },
    topics: {
      deadLetters: topic('dead'),
      events: topic('events'),
      swaps: topic('swaps'),
      statistics: topic('statistics'),
      modelState: topic('model-state'),
    },
    logging: { level: 'warn' },
    // As long as the Java client's, for a node is stopped while its backlog is made.
    kafka: { sessionTimeoutMs: 45_000 },
    streams: [{ input, output, partitions, commit: { guarantee }, ...stream }],
    ...config,
  }
}
