import { startJavaPeer } from '../java-peer.ts'

/** JPMML-Evaluator in a Java process of its own, told what to do a command at a time. */
export interface Peer extends AsyncDisposable {
  /** Loads a document, and the rows that `run` and `write` evaluate. */
  load(document: string, rows: string): Promise<void>
  /** Writes its answers to all rows: a line each with the value, then category and probability in turns. */
  write(file: string): Promise<void>
  /** Evaluates all rows so many times; answers the CPU nanoseconds that the process used for it. */
  run(times: number): Promise<number>
  /** CPU nanoseconds that the process has used. */
  cpu(): Promise<number>
  /** The most kilobytes that were ever resident. */
  peak(): Promise<number>
}

/** Starts the peer with these options of the JVM, building it where the cache lacks it. */
export async function startPeer(options: readonly string[]): Promise<Peer> {
  const peer = await startJavaPeer('jpmml', options)
  const { tell } = peer
  return {
    load: async (document, rows) => void (await tell('load', document, rows)),
    write: async (file) => void (await tell('write', file)),
    run: async (times) => Number(await tell('run', String(times))),
    cpu: async () => Number(await tell('cpu')),
    peak: async () => Number(await tell('peak')),
    [Symbol.asyncDispose]: async () => peer[Symbol.asyncDispose](),
  }
}
