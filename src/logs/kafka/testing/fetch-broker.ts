import { createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { Reader, Writer } from '@platformatic/kafka'

export interface AskedPartition {
  readonly topic: string
  readonly partition: number
  readonly from: bigint
}

export interface FetchAsked {
  /** Which connection it came over, by number from 0. */
  readonly connection: number
  readonly partitions: readonly AskedPartition[]
  /** `topic-partition` as written: the name by which `answer` knows it. */
  readonly names: readonly string[]
  /** Answers with these bytes for the partitions that have some, and an error code for those that have a number. */
  answer(of?: Readonly<Record<string, Uint8Array | number>>): void
  /** Cuts its connection. */
  cut(): void
}

/** A broker that knows Fetch version 12 and nothing else, and answers when it is told to. */
export class FetchBroker implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets: Socket[] = []
  readonly asked: FetchAsked[] = []

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => this.#connected(socket))
  }

  static async start(): Promise<FetchBroker> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new FetchBroker(server)
  }

  get address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: (this.#server.address() as { port: number }).port }
  }

  get connections(): number {
    return this.#sockets.filter((socket) => !socket.destroyed && !socket.readableEnded).length
  }

  #connected(socket: Socket): void {
    const connection = this.#sockets.push(socket) - 1
    let received: Buffer = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const end = 4 + received.readInt32BE(0)
        this.asked.push(askedOf(received.subarray(4, end), { connection, socket }))
        received = received.subarray(end)
      }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

function askedOf(request: Buffer, { connection, socket }: { readonly connection: number; readonly socket: Socket }): FetchAsked {
  const reader = Reader.from(request)
  reader.skip(4)
  const id = reader.readInt32()
  reader.readString(false)
  reader.readTaggedFields()
  reader.skip(4 + 4 + 4 + 4 + 1 + 4 + 4) // replica, longest wait, least and most bytes, isolation, session
  const topics = reader.readArray((topic) => ({
    topic: topic.readString(),
    partitions: topic.readArray((one) => {
      const partition = one.readInt32()
      one.skip(4)
      const from = one.readInt64()
      one.skip(4 + 8 + 4)
      return { partition, from }
    }),
  }))
  const partitions = topics.flatMap(({ topic, partitions: of }) => of.map((one) => ({ topic, ...one })))
  return {
    connection,
    partitions,
    names: partitions.map(({ topic, partition }) => `${topic}-${partition}`),
    cut: () => void socket.destroy(),
    answer(of = {}) {
      const writer = Writer.create().appendInt32(id).appendTaggedFields().appendInt32(0).appendInt16(0).appendInt32(0)
      writer.appendArray(topics, (topicWriter, { topic, partitions: asked }) => {
        topicWriter.appendString(topic).appendArray(asked, (one, { partition }) => {
          const result = of[`${topic}-${partition}`]
          one.appendInt32(partition).appendInt16(typeof result === 'number' ? result : 0)
          one.appendInt64(9n).appendInt64(9n).appendInt64(0n)
          one.appendArray([], () => {}).appendInt32(-1)
          one.appendBytes(Buffer.from(typeof result === 'object' ? result : new Uint8Array(0)))
        })
      })
      socket.write(writer.appendTaggedFields().prependLength().buffer)
    },
  }
}
