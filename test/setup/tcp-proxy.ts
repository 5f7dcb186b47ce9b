import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** Passes connections on to another port of the loopback interface, and can cut and slow them. */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #target: number | undefined
  #delayMs = 0
  #refusing = false

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => this.#accept(socket))
  }

  /** Listens on a free port. */
  static async listen(): Promise<TcpProxy> {
    const server = createServer({ noDelay: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new TcpProxy(server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Where connections that come from now on lead. */
  to(port: number): void {
    this.#target = port
  }

  /** Ends all connections in the middle of what they are at, and refuses new ones until `mend`. */
  cut(): void {
    this.#refusing = true
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  /** Everything arrives so much later, each way. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs
  }

  mend(): void {
    this.#refusing = false
    this.#delayMs = 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  #accept(client: Socket): void {
    if (this.#refusing || this.#target === undefined) {
      client.resetAndDestroy()
      return
    }
    const server = connect({ host: '127.0.0.1', port: this.#target, noDelay: true })
    this.#link(client, server)
    this.#link(server, client)
  }

  #link(from: Socket, to: Socket): void {
    this.#sockets.add(from)
    from.on('data', (chunk) => {
      if (this.#delayMs === 0 && !from.isPaused()) {
        if (!to.write(chunk)) {
          from.pause()
          to.once('drain', () => from.resume())
        }
        return
      }
      // Paused meanwhile, so that the order is kept and little is buffered.
      from.pause()
      setTimeout(() => {
        if (!to.destroyed) to.write(chunk)
        from.resume()
      }, this.#delayMs)
    })
    from.on('error', () => to.destroy())
    from.on('close', () => {
      this.#sockets.delete(from)
      to.destroy()
    })
    from.on('end', () => to.end())
  }
}
