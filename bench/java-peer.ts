import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { cached } from '../test/setup/cache.ts'
import { run } from '../test/setup/run.ts'

const PEERS = join(import.meta.dirname, 'peers')

/** A Java process that does what it is told, a command at a time. */
export interface JavaPeer extends AsyncDisposable {
  /** Gives a command; answers what the peer says. Rejects where it fails, or ends. */
  readonly tell: (...words: readonly string[]) => Promise<string>
}

/** Starts a peer of bench/peers with these options of the JVM, building it where the cache lacks it. Needs `mvn` and Java 17 on the PATH. */
export async function startJavaPeer(name: string, options: readonly string[]): Promise<JavaPeer> {
  const folder = await build(name)
  const classPath = [join(folder, '*'), join(folder, 'build', 'peer.jar')].join(':')
  const child = spawn('java', [...options, '-cp', classPath, 'sluice.bench.Peer'])
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let problems = ''
  child.stderr.on('data', (chunk: Buffer) => (problems = (problems + chunk.toString()).slice(-4000)))
  return {
    tell: async (...words) => {
      child.stdin.write(`${words.join('\t')}\n`)
      const { value, done } = await lines.next()
      if (done === true) throw new Error(`the peer ended: ${problems}`)
      if (!value.startsWith('ok ')) throw new Error(`the peer ${value}`)
      return value.slice('ok '.length)
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

async function build(name: string): Promise<string> {
  const files = [`${name}/pom.xml`, `${name}/src/main/java/sluice/bench/Peer.java`, 'commands/Commands.java']
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(join(PEERS, file)))
  return cached(`peer-${name}-${hash.digest('hex').slice(0, 12)}`, async (directory) => {
    const goals = ['package', 'dependency:copy-dependencies', `-DoutputDirectory=${directory}`, '-DincludeScope=runtime']
    await run('mvn', ['-q', '-B', '-f', join(PEERS, name, 'pom.xml'), ...goals, `-Dsluice.build=${join(directory, 'build')}`])
  })
}
