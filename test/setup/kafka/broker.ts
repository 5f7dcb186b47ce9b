import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../run.ts'
import { stopProcess } from '../stop-process.ts'
import { answers } from './answers.ts'
import { classPath } from './fetch.ts'
import { type BrokerSecurity, scramArguments, securedListeners, SECURITY_PROTOCOLS, securityProperties } from './security.ts'

export interface KafkaBrokerOptions {
  readonly id: number
  readonly port: number
  readonly controllerPort: number
  /** `id@host:controllerPort` of every broker of the cluster, with commas between. */
  readonly voters: string
  readonly clusterId: string
  readonly replication: number
  /** A second listener, whose clients are told to come by another port. */
  readonly proxied?: { readonly port: number; readonly advertised: number }
  /** The jars, from `fetchKafka`. */
  readonly libraries: string
  /** A folder of its own, which need not exist. */
  readonly directory: string
  /** Listeners beside the plain one. */
  readonly security?: BrokerSecurity | undefined
  /** Settings beside those that all brokers here have, or instead of them. */
  readonly properties?: Readonly<Record<string, string | number>> | undefined
}

const START_LIMIT_MS = 90_000

/**
 * One Kafka broker (KRaft, also a controller) on the loopback interface. Its data survive `stop` and `kill`, so `start`
 * brings the same broker back on the same port. Its output is in `directory/broker.log`, its process id in `directory/pid`.
 */
export class KafkaBroker {
  readonly address: string
  readonly #options: KafkaBrokerOptions
  #process: ChildProcess | undefined
  #formatted = false

  constructor(options: KafkaBrokerOptions) {
    this.#options = options
    this.address = `127.0.0.1:${options.port}`
  }

  get running(): boolean {
    return this.#process !== undefined
  }

  /** Starts the broker and resolves when it answers requests. Rejects with the end of its output where it doesn't. */
  async start(): Promise<void> {
    if (this.#process !== undefined) throw new Error(`the broker at ${this.address} runs already`)
    const { directory, libraries } = this.#options
    const properties = join(directory, 'server.properties')
    if (!this.#formatted) await this.#format(properties)
    const output = createWriteStream(join(directory, 'broker.log'), { flags: 'a' })
    await once(output, 'open')
    // In a process group of its own, so that Ctrl-C reaches the tests first and they stop it.
    const java = spawn(
      'java',
      ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath(libraries), 'kafka.Kafka', properties],
      {
        detached: true,
        stdio: ['ignore', output, output],
      },
    )
    this.#process = java
    java.once('exit', () => {
      this.#process = undefined
      output.destroy()
    })
    await once(java, 'spawn')
    await writeFile(this.#pidFile, String(java.pid))
    const deadline = Date.now() + START_LIMIT_MS
    while (!(await answers(this.address))) {
      if (this.#process === undefined || Date.now() > deadline) throw await this.#startFailure()
    }
  }

  /** Asks the broker to shut down and resolves when it has. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** Ends the broker at once, as a crash would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Stops the broker from doing anything, though its connections stay open, until `resume`: as a machine that hangs. */
  async pause(): Promise<void> {
    const pid = this.#process?.pid
    if (pid !== undefined) await stopProcess(pid)
  }

  resume(): void {
    this.#process?.kill('SIGCONT')
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  get #pidFile(): string {
    return join(this.#options.directory, 'pid')
  }

  async #format(properties: string): Promise<void> {
    const { clusterId, directory, libraries, security } = this.#options
    await mkdir(directory, { recursive: true })
    await writeFile(properties, serverProperties(this.#options))
    const args = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath(libraries)]
    const users = security === undefined ? [] : scramArguments()
    await run('java', [...args, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties, ...users])
    this.#formatted = true
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const java = this.#process
    if (java === undefined) return
    const exited = once(java, 'exit')
    java.kill(signal)
    await exited
    await rm(this.#pidFile, { force: true })
  }

  async #startFailure(): Promise<Error> {
    const what = this.running ? `did not answer within ${START_LIMIT_MS / 1000} s` : 'ended while it started'
    const log = await readFile(join(this.#options.directory, 'broker.log'), 'utf8').catch(() => '')
    await this.kill()
    return new Error(`the Kafka broker at ${this.address} ${what}:\n${log.split('\n').slice(-30).join('\n')}`)
  }
}

function serverProperties(options: KafkaBrokerOptions): string {
  const { id, port, controllerPort, voters, replication, directory, security } = options
  const minimum = Math.max(1, replication - 1)
  const { proxied } = options
  const more = security === undefined ? '' : `,${securedListeners(security)}`
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': voters,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}${proxied ? `,PROXIED://127.0.0.1:${proxied.port}` : ''}${more}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}${proxied ? `,PROXIED://127.0.0.1:${proxied.advertised}` : ''}${more}`,
    'listener.security.protocol.map': `PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT,${SECURITY_PROTOCOLS}`,
    ...(security === undefined ? {} : securityProperties(security)),
    'log.dirs': join(directory, 'data'),
    'message.max.bytes': 64 * 1024 * 1024,
    'auto.create.topics.enable': false,
    'default.replication.factor': replication,
    'min.insync.replicas': minimum,
    'offsets.topic.replication.factor': replication,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': replication,
    'transaction.state.log.min.isr': minimum,
    'transaction.state.log.num.partitions': 8,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 500,
    'group.consumer.min.assignment.interval.ms': 0,
    'group.consumer.assignment.interval.ms': 0,
    'group.consumer.min.heartbeat.interval.ms': 100,
    'group.consumer.heartbeat.interval.ms': 200,
    'group.consumer.min.session.timeout.ms': 1000,
    'group.consumer.session.timeout.ms': 3000,
    // The controller lets a broker that was killed come back only when its session has expired: 9 s by default.
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 400,
    // A coordinator of transactions waits so long for a broker that hangs, before it tells the end of a transaction to the one that leads now: 30 s by default.
    'request.timeout.ms': 3000,
    // Compaction soon after it is possible, so that tests see gaps between offsets.
    'log.cleaner.backoff.ms': 200,
    ...options.properties,
  }
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}
