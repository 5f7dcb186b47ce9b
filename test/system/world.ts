import type { Log } from '../../src/core/log.ts'
import type { ApiClient } from './api-client.ts'
import type { LoggedRecord } from './logged-record.ts'

export interface Production {
  /** The stream's name, and its input topic. */
  readonly stream: string
  readonly topic: string
  readonly partition: number
  readonly values: readonly (Uint8Array | null)[]
  readonly format: 'protobuf' | 'json'
}

/** A log for one test, seen from outside: by clients that are not the node's. */
export interface World extends AsyncDisposable {
  readonly kind: 'memory' | 'sqlite' | 'kafka'
  /** Put before the names of topics and groups, since a broker is shared by all tests. */
  readonly prefix: string
  /** The address in the configuration. */
  readonly log: string
  /** A log that the test has open, where it can't be opened by address. */
  readonly open?: Log
  /** Appends records, as a producer does. Resolves when they are acknowledged. */
  produce(production: Production, api: ApiClient): Promise<void>
  /** Appends a descriptor (null: a tombstone) to the models topic, as the tutorial does. */
  publish(descriptor: Uint8Array | null, api: ApiClient): Promise<void>
  /** All records of a topic by partition, read by a reader that shares nothing with Sluice. The node must be stopped. */
  read(topic: string): Promise<LoggedRecord[]>
}
