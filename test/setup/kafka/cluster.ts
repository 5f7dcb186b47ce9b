import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KafkaBroker } from './broker.ts'
import { createCertificates } from './certificates.ts'
import { fetchKafka } from './fetch.ts'
import { TcpProxy } from '../tcp-proxy.ts'
import { freePorts } from './free-ports.ts'
import type { BrokerSecurity } from './security.ts'

/** Kafka brokers that know each other, on free ports and in a temporary folder. Disposing stops them and removes the folder. */
export interface KafkaCluster extends AsyncDisposable {
  readonly brokers: readonly KafkaBroker[]
  /** `host:port` of each broker. */
  readonly addresses: readonly string[]
  /** What stands between each broker and clients that come to it by `proxiedAddresses`. */
  readonly proxies: readonly TcpProxy[]
  readonly proxiedAddresses: readonly string[]
  /** Of the broker, where secured listeners were asked for. */
  readonly security?: BrokerSecurity | undefined
}

export interface KafkaClusterOptions {
  /** Has the broker, which must be the only one, listen in TLS and SASL too, and ask for access rules. */
  readonly secured?: boolean
  /** Settings of the brokers beside their own, or instead of them. */
  readonly properties?: Readonly<Record<string, string | number>>
}

/**
 * Starts a cluster of one broker, or of as many as asked for (each 335 MB), and resolves when all of them answer. When this process ends without
 * disposing of the cluster, even by SIGKILL, the brokers and their folder go too.
 */
export async function startKafka(count = 1, { secured = false, properties }: KafkaClusterOptions = {}): Promise<KafkaCluster> {
  const libraries = await fetchKafka()
  const directory = await mkdtemp(join(tmpdir(), 'sluice-kafka-'))
  const guard = startGuard(directory)
  const [tlsPort, saslPort, saslTlsPort, ...ports] = (await freePorts(count * 3 + 3)) as [number, number, number, ...number[]]
  const certificates = secured ? await createCertificates(join(directory, 'certificates')) : undefined
  const security = certificates && { certificates, tlsPort, saslPort, saslTlsPort }
  const proxies = await Promise.all(ports.slice(count * 2).map(() => TcpProxy.listen()))
  for (const [i, proxy] of proxies.entries()) proxy.to(ports[count * 2 + i]!)
  const voters = ports.slice(count, count * 2).map((port, i) => `${i + 1}@127.0.0.1:${port}`)
  const clusterId = newClusterId()
  const brokers = voters.map(
    (_, i) =>
      new KafkaBroker({
        id: i + 1,
        port: ports[i]!,
        controllerPort: ports[count + i]!,
        proxied: { port: ports[count * 2 + i]!, advertised: proxies[i]!.port },
        voters: voters.join(','),
        clusterId,
        replication: Math.min(count, 3),
        libraries,
        directory: join(directory, `broker-${i + 1}`),
        security,
        properties,
      }),
  )
  const dispose = async (): Promise<void> => {
    // A controlled shutdown wants the other controllers, and the data are thrown away: no reason to be gentle.
    await Promise.all(brokers.map((broker) => broker.kill()))
    await Promise.all(proxies.map(async (proxy) => proxy[Symbol.asyncDispose]()))
    await rm(directory, { recursive: true, force: true })
    await guard.release()
  }
  try {
    await Promise.all(brokers.map((broker) => broker.start()))
  } catch (error) {
    await dispose()
    throw error
  }
  const proxiedAddresses = proxies.map(({ port }) => `127.0.0.1:${port}`)
  return {
    brokers,
    addresses: brokers.map((broker) => broker.address),
    proxies,
    proxiedAddresses,
    security,
    [Symbol.asyncDispose]: dispose,
  }
}

/** A UUID in base64, which must not look like an option on a command line. */
function newClusterId(): string {
  const id = randomBytes(16).toString('base64url')
  return id.startsWith('-') ? newClusterId() : id
}

/**
 * A process that waits for the end of this one, seen as the end of its input, and then ends the brokers whose process
 * ids are in the folder, and removes it.
 */
function startGuard(directory: string): { release(): Promise<void> } {
  const script = 'trap "" INT TERM HUP; cat > /dev/null; for f in "$1"/*/pid; do [ -f "$f" ] && kill -9 "$(cat "$f")"; done; rm -rf "$1"'
  const guard = spawn('sh', ['-c', script, 'sh', directory], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  guard.unref()
  return {
    async release() {
      const exited = once(guard, 'exit')
      guard.ref()
      guard.stdin.end()
      await exited
    },
  }
}
