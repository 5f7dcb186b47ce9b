import { createHash } from 'node:crypto'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { cached } from '../../test/setup/cache.ts'
import { run } from '../../test/setup/run.ts'

const SOURCE = join(import.meta.dirname, '../peers/hadrian')
const FILES = ['pom.xml', 'src/main/java/sluice/bench/Peer.java']

/** Hadrian, the PFA engine of the JVM, in a process of its own. What takes `times` answers the CPU nanoseconds that it used. */
export interface Peer extends AsyncDisposable {
  load(document: string, rows: string): Promise<void>
  /** Writes its answers to all rows, a JSON text a line. */
  write(file: string): Promise<void>
  run(times: number): Promise<number>
  json(times: number): Promise<number>
  loads(times: number): Promise<number>
}

/** Starts the peer, which is built where the cache lacks it. Needs `mvn` and Java 17 on the PATH. */
export async function startPeer(): Promise<Peer> {
  const hash = createHash('sha256')
  for (const file of FILES) hash.update(readFileSync(join(SOURCE, file)))
  const folder = await cached(`peer-hadrian-${hash.digest('hex').slice(0, 12)}`, async (directory) => {
    const goals = ['package', 'dependency:copy-dependencies', `-DoutputDirectory=${directory}`, '-DincludeScope=runtime']
    await run('mvn', ['-q', '-B', '-f', join(SOURCE, 'pom.xml'), ...goals, `-Dsluice.build=${join(directory, 'build')}`])
  })
  const classPath = [join(folder, '*'), join(folder, 'build', 'peer.jar')].join(':')
  // One thread of the collector, so that CPU time is not spent on waiting for each other.
  return peerOf(spawn('java', ['-XX:+UseSerialGC', '-Xss64m', '-cp', classPath, 'sluice.bench.Peer']))
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
    json: async (times) => Number(await tell('json', String(times))),
    loads: async (times) => Number(await tell('loads', String(times))),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
