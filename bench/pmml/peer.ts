import { createHash } from 'node:crypto'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { cached } from '../../test/setup/cache.ts'
import { run } from '../../test/setup/run.ts'

const SOURCE = join(import.meta.dirname, '../peers/jpmml')
const FILES = ['pom.xml', 'src/main/java/sluice/bench/Peer.java']

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

/** Starts the peer with these options of the JVM, building it where the cache lacks it. Needs `mvn` and Java 17 on the PATH. */
export async function startPeer(options: readonly string[]): Promise<Peer> {
  const hash = createHash('sha256')
  for (const file of FILES) hash.update(readFileSync(join(SOURCE, file)))
  const folder = await cached(`peer-jpmml-${hash.digest('hex').slice(0, 12)}`, async (directory) => {
    const goals = ['package', 'dependency:copy-dependencies', `-DoutputDirectory=${directory}`, '-DincludeScope=runtime']
    await run('mvn', ['-q', '-B', '-f', join(SOURCE, 'pom.xml'), ...goals, `-Dsluice.build=${join(directory, 'build')}`])
  })
  const classPath = [join(folder, '*'), join(folder, 'build', 'peer.jar')].join(':')
  const child = spawn('java', [...options, '-cp', classPath, 'sluice.bench.Peer'])
  return peerOf(child)
}

function peerOf(child: ChildProcessWithoutNullStreams): Peer {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let problems = ''
  child.stderr.on('data', (chunk: Buffer) => (problems = (problems + chunk.toString()).slice(-4000)))
  async function tell(...words: readonly string[]): Promise<string> {
    child.stdin.write(`${words.join('\t')}\n`)
    const { value, done } = await lines.next()
    if (done === true) throw new Error(`the peer ended: ${problems}`)
    if (!value.startsWith('ok ')) throw new Error(`the peer ${value}`)
    return value.slice(3)
  }
  return {
    load: async (document, rows) => void (await tell('load', document, rows)),
    write: async (file) => void (await tell('write', file)),
    run: async (times) => Number(await tell('run', String(times))),
    cpu: async () => Number(await tell('cpu')),
    peak: async () => Number(await tell('peak')),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
