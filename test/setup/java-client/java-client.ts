import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TopicPartition } from '../../../src/core/log.ts'
import { classPath, fetchKafka } from '../kafka/fetch.ts'

/** A record as the Java producer is asked to write it. Absent or null: a null key or value, the producer's own time, its own choice of partition. */
export interface JavaRecord {
  readonly topic: string
  readonly partition?: number
  readonly timestamp?: number
  readonly key?: Uint8Array | null
  readonly value?: Uint8Array | null
  readonly headers?: readonly (readonly [string, Uint8Array | null])[]
}

/** A record as the Java consumer read it. */
export interface JavaRead extends TopicPartition {
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  /** Null for a tombstone, and where digests were asked for. */
  readonly value: Buffer | null
  /** In hexadecimal, of the value, where digests were asked for. */
  readonly sha256: string | undefined
  readonly headers: readonly (readonly [string, Buffer | null])[]
}

export interface ConsumeOptions {
  readonly topics: readonly string[]
  /** `read_committed` where absent. */
  readonly isolation?: 'read_committed' | 'read_uncommitted'
  /** The sha256 of each value in place of the value. */
  readonly digest?: boolean
  /** Waits for the transactions that are open, and reads on to the last record that was there at the call. */
  readonly whole?: boolean
  readonly config?: JavaConfig
}

/** Something that happened to a member of a group. */
export interface MemberEvent {
  readonly event: 'assigned' | 'revoked' | 'lost' | 'read' | 'failed'
  readonly name: string
  readonly partitions?: readonly TopicPartition[]
  readonly records?: readonly (TopicPartition & { readonly offset: number })[]
  readonly error?: string
}

/** Settings of the Java client by their own names, such as `compression.type`. */
export type JavaConfig = Readonly<Record<string, string | number | boolean>>

export interface AccessRule {
  readonly type: 'topic' | 'group' | 'cluster' | 'transactional_id'
  readonly name: string
  readonly operation: 'read' | 'write' | 'create' | 'describe' | 'idempotent_write' | 'all'
}

type Line = Readonly<Record<string, unknown>>

interface Asked {
  readonly resolve: (done: unknown) => void
  readonly reject: (error: Error) => void
  readonly onRecord?: ((record: JavaRead) => void) | undefined
}

/**
 * Kafka's own Java client in a process of its own: the independent far side of tests. Commands run one after the other; group members run beside
 * them. A command rejects with the Java exception's name and message. The process ends when it is disposed of, or when this one ends.
 */
export class JavaClient implements AsyncDisposable {
  readonly #java: ChildProcessWithoutNullStreams
  readonly #asked = new Map<number, Asked>()
  readonly #listeners = new Map<string, (event: MemberEvent) => void>()
  readonly #ready = Promise.withResolvers<void>()
  #errors = ''
  #lastId = 0

  private constructor(java: ChildProcessWithoutNullStreams) {
    this.#java = java
    createInterface({ input: java.stdout }).on('line', (line) => this.#answered(JSON.parse(line) as Line))
    java.stderr.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-10_000)
    })
    java.stdin.on('error', () => {})
    java.once('error', (error) => this.#ended(error.message))
    java.once('close', (code, signal) => this.#ended(`ended with ${code ?? signal}`))
  }

  /** Starts the client for these brokers, `host:port`. Needs Java 17 on the PATH. */
  static async start(brokers: readonly string[]): Promise<JavaClient> {
    const source = fileURLToPath(new URL('JavaClient.java', import.meta.url))
    const options = ['-Xmx1g', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath(await fetchKafka())]
    const client = new JavaClient(spawn('java', [...options, source, brokers.join(',')]))
    await client.#ready.promise
    return client
  }

  /** Opens a producer; with `transactional.id` in its settings, a transactional one. */
  async producer(config: JavaConfig = {}): Promise<JavaProducer> {
    const name = randomUUID()
    // Records that are sent together come in one record batch, as far as its size allows.
    await this.ask({ op: 'open-producer', name, config: { 'linger.ms': 1000, 'batch.size': 1_000_000, acks: 'all', ...config } })
    return new JavaProducer(this, name)
  }

  /**
   * The records of all partitions of the topics, up to where they end now, in the order of each partition. Under `read_committed` that is where the
   * first transaction that is still open begins.
   */
  async consume(options: ConsumeOptions): Promise<JavaRead[]> {
    const records: JavaRead[] = []
    await this.forEach(options, (record) => void records.push(record))
    return records
  }

  /** As `consume`, one record at a time: for more than memory holds. */
  async forEach({ topics, isolation, digest, whole, config }: ConsumeOptions, onRecord: (record: JavaRead) => void): Promise<void> {
    const level = isolation === undefined ? {} : { 'isolation.level': isolation }
    await this.ask({ op: 'consume', topics, digest: digest ?? false, whole: whole ?? false, config: { ...level, ...config } }, onRecord)
  }

  /** Joins a consumer group that reads and commits what it is assigned. The settings need `group.id`. `onEvent` hears what happens to the member. */
  async join(topics: readonly string[], config: JavaConfig, onEvent: (event: MemberEvent) => void): Promise<JavaMember> {
    const name = randomUUID()
    this.#listeners.set(name, onEvent)
    await this.ask({ op: 'join', name, topics, config })
    return new JavaMember(this, name)
  }

  /** Gives the topic more partitions: so many in all. */
  async addPartitions(topic: string, count: number): Promise<void> {
    await this.ask({ op: 'add-partitions', name: topic, count })
  }

  /** Lets the principal do these things, where the brokers ask for access rules. */
  async allow(principal: string, rules: readonly AccessRule[]): Promise<void> {
    await this.ask({ op: 'allow', principal, rules })
  }

  /** Sends one command of JavaClient.java and resolves with its `done`. */
  async ask(command: Line, onRecord?: (record: JavaRead) => void): Promise<unknown> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject, onRecord })
      this.#java.stdin.write(`${JSON.stringify({ id, ...command })}\n`)
    })
  }

  /** Ends the process at once, as a crash would: members leave without a word. */
  async kill(): Promise<void> {
    if (this.#java.exitCode !== null || this.#java.signalCode !== null) return
    const closed = once(this.#java, 'close')
    this.#java.kill('SIGKILL')
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  #answered(line: Line): void {
    if (typeof line['id'] !== 'number') {
      if (line['event'] === 'ready') this.#ready.resolve()
      else this.#listeners.get(String(line['name']))?.(line as unknown as MemberEvent)
      return
    }
    const asked = this.#asked.get(line['id'])
    if (line['record'] !== undefined) {
      asked?.onRecord?.(toRead(line['record'] as WireRecord))
      return
    }
    this.#asked.delete(line['id'])
    if (typeof line['error'] === 'string') asked?.reject(new Error(line['error']))
    else asked?.resolve(line['done'])
  }

  #ended(how: string): void {
    const error = new Error(`the Java client ${how}:\n${this.#errors}`)
    this.#ready.reject(error)
    for (const { reject } of this.#asked.values()) reject(error)
    this.#asked.clear()
  }
}

/** One Java producer. Of several, transactions may be open at the same time. */
export class JavaProducer {
  readonly #client: JavaClient
  readonly #name: string

  constructor(client: JavaClient, name: string) {
    this.#client = client
    this.#name = name
  }

  /** Resolves with the offsets of the records once the brokers have them. */
  async send(records: readonly JavaRecord[]): Promise<number[]> {
    const wire = records.map(({ key, value, headers, ...rest }) => ({
      ...rest,
      key: toBase64(key),
      value: toBase64(value),
      headers: headers?.map(([name, bytes]) => [name, toBase64(bytes)]) ?? [],
    }))
    return (await this.#ask('produce', { records: wire })) as number[]
  }

  async begin(): Promise<void> {
    await this.#ask('begin')
  }

  async commit(): Promise<void> {
    await this.#ask('commit')
  }

  async abort(): Promise<void> {
    await this.#ask('abort')
  }

  async close(): Promise<void> {
    await this.#ask('close-producer')
  }

  async #ask(op: string, rest: Line = {}): Promise<unknown> {
    return this.#client.ask({ op, name: this.#name, ...rest })
  }
}

/** One Java member of a consumer group. */
export class JavaMember {
  readonly #client: JavaClient
  readonly #name: string

  constructor(client: JavaClient, name: string) {
    this.#client = client
    this.#name = name
  }

  async leave(): Promise<void> {
    await this.#client.ask({ op: 'leave', name: this.#name })
  }
}

interface WireRecord extends TopicPartition {
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value?: string | null
  readonly sha256?: string
  readonly headers: readonly (readonly [string, string | null])[]
}

function toRead({ key, value, headers, sha256, ...place }: WireRecord): JavaRead {
  const named = headers.map(([name, text]) => [name, toBytes(text)] as const)
  return { ...place, key: toBytes(key), value: toBytes(value ?? null), sha256, headers: named }
}

function toBytes(base64: string | null): Buffer | null {
  return base64 === null ? null : Buffer.from(base64, 'base64')
}

function toBase64(bytes: Uint8Array | null | undefined): string | null {
  return bytes == null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
