import { startJavaPeer } from '../java-peer.ts'

/** Hadrian, the PFA engine of the JVM, in a process of its own. What takes `times` answers the CPU nanoseconds that it used. */
export interface Peer extends AsyncDisposable {
  load(document: string, rows: string): Promise<void>
  /** Writes its answers to all rows, a JSON text a line. */
  write(file: string): Promise<void>
  run(times: number): Promise<number>
  json(times: number): Promise<number>
  loads(times: number): Promise<number>
}

/** Starts the peer, which is built where the cache lacks it. */
export async function startPeer(): Promise<Peer> {
  // One thread of the collector, so that CPU time is not spent on waiting for each other.
  const peer = await startJavaPeer('hadrian', ['-XX:+UseSerialGC', '-Xss64m'])
  const { tell } = peer
  return {
    load: async (document, rows) => void (await tell('load', document, rows)),
    write: async (file) => void (await tell('write', file)),
    run: async (times) => Number(await tell('run', String(times))),
    json: async (times) => Number(await tell('json', String(times))),
    loads: async (times) => Number(await tell('loads', String(times))),
    [Symbol.asyncDispose]: async () => peer[Symbol.asyncDispose](),
  }
}
