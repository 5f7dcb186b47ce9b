import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { cached } from './cache.ts'
import { freePorts } from './kafka/free-ports.ts'
import { run } from './run.ts'
import { stopProcess } from './stop-process.ts'

/** The last version that runs on Java 17. */
const VERSION = '3.0.9'
const START_LIMIT_MS = 90_000

export interface SchemaRegistryProcess extends AsyncDisposable {
  /** Where it speaks the REST interface of Confluent's registry. */
  readonly url: string
  /** It goes on, but answers nobody until `resume`. */
  pause(): Promise<void>
  resume(): void
}

/**
 * Starts Apicurio Registry on the loopback interface, with its data in memory. It comes from Maven Central and is kept outside of the
 * repository. Needs `mvn` and Java 17 on the PATH.
 */
export async function startSchemaRegistry(): Promise<SchemaRegistryProcess> {
  const directory = await cached(`apicurio-registry-${VERSION}`, fetchRegistry)
  const [port] = await freePorts(1)
  const settings = [`-Dquarkus.http.host=127.0.0.1`, `-Dquarkus.http.port=${port}`]
  const java = spawn('java', ['-Xmx512m', ...settings, '-jar', join(directory, `apicurio-registry-app-${VERSION}-runner.jar`)], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const printed: Buffer[] = []
  java.stdout.on('data', (chunk: Buffer) => printed.push(chunk))
  java.stderr.on('data', (chunk: Buffer) => printed.push(chunk))
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`
  try {
    await answering(url, java)
  } catch (error) {
    await end(java)
    throw new Error(`the schema registry did not start: ${Buffer.concat(printed).toString().slice(-2000)}`, { cause: error })
  }
  return {
    url,
    pause: async () => stopProcess(java.pid!),
    resume: () => void java.kill('SIGCONT'),
    [Symbol.asyncDispose]: () => end(java),
  }
}

async function fetchRegistry(directory: string): Promise<void> {
  const artifact = `io.apicurio:apicurio-registry-app:${VERSION}:tar.gz:all`
  await run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${directory}`])
  const archive = (await readdir(directory)).find((name) => name.endsWith('.tar.gz'))
  if (archive === undefined) throw new Error(`mvn left no archive of ${artifact} in ${directory}`)
  await run('tar', ['-xzf', join(directory, archive), '-C', directory])
}

async function answering(url: string, java: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS
  while (Date.now() < deadline) {
    if (java.exitCode !== null) throw new Error(`it ended with ${java.exitCode}`)
    const response = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined)
    if (response?.ok === true) return
    await pause(200)
  }
  throw new Error(`it did not answer within ${START_LIMIT_MS} ms`)
}

async function end(java: ChildProcess): Promise<void> {
  if (java.exitCode !== null || java.signalCode !== null) return
  const ended = once(java, 'exit')
  java.kill('SIGKILL')
  await ended
}
