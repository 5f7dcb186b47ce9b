import type {
  GoldenVectorsBody,
  DataTypePolicies,
  DataTypeState,
  DeadLetter,
  LiveSnapshot,
  ModelCommandResult,
  ModelHistory,
  ModelList,
  PolicyBody,
  PublishQuery,
  RecordsQuery,
  RecordsResult,
  ScoredRecord,
  StreamSchemas,
} from './contract/index.ts'

/** What the API asks of the node. The API knows nothing else of it: no log, no runtime. All throw `SluiceError`. */
export interface Services {
  readonly models: ModelService
  readonly records: RecordService
  readonly state: StateService
  readonly live: LiveService
  readonly policies: PolicyService
}

export interface ModelService {
  list(): Promise<ModelList>
  history(dataType: string): Promise<ModelHistory>
  /** Appends a descriptor with these bytes (undefined where the query names a location) to the models topic. */
  publish(query: PublishQuery, bytes: Uint8Array | undefined, golden?: GoldenVectorsBody): Promise<ModelCommandResult>
  /** Appends a serialised `ModelDescriptor`, of the tutorial or ours, as it is. */
  publishDescriptor(descriptor: Uint8Array, wait: boolean): Promise<ModelCommandResult>
  rollback(dataType: string, to: string | undefined): Promise<ModelCommandResult>
  retire(dataType: string, id: string): Promise<ModelCommandResult>
}

export type RecordsFormat = 'json' | 'ndjson' | 'protobuf' | 'protobuf-delimited' | 'binary'

/** How far a reader of a topic is, as a text from which another one can go on. */
export interface TailPosition {
  /** Where to go on, as `text` said; undefined for a beginning as `from` says. */
  readonly resume: string | undefined
  /** Where to go on behind what was given last. Set by who reads, before it gives the next. */
  text: string
}

export interface TailOptions {
  readonly follow: boolean
  readonly from: 'beginning' | 'end'
  readonly limit?: number
  /** With `follow`. */
  readonly position?: TailPosition
  readonly signal: AbortSignal
}

export interface RecordService {
  /** What is known of the records and answers of a stream. */
  schemas(stream: string): StreamSchemas
  /**
   * Appends the records of a body to the stream's input topic: none where any of them can't be read, else batch by batch, so that
   * a log that fails may have some of them.
   */
  append(stream: string, body: Uint8Array, options: RecordsQuery & { readonly format: RecordsFormat }): Promise<RecordsResult>
  /** Answers of the stream from its output topic. With `follow`, waits for more until the signal aborts. */
  scores(stream: string, options: TailOptions): AsyncIterable<ScoredRecord>
  /** Dead letters of the stream, likewise. */
  rejected(stream: string, options: TailOptions): AsyncIterable<DeadLetter>
}

export interface StateService {
  /** The data types that have, or had, a model. */
  processors(): Promise<string[]>
  /** With a key, of models that keep a state for each key of the records only that one's. */
  state(dataType: string, key?: string): Promise<DataTypeState>
  /** Records that were rejected before their data type was known, by error code: part of no data type's state. */
  rejectedWithoutDataType(): Promise<Readonly<Record<string, number>>>
}

export interface PolicyService {
  /** The policies by which streams answer a data type, and its aliases. */
  show(dataType: string): Promise<DataTypePolicies>
  /** Sets a policy, by the control topic; it is in force when the promise resolves. Throws `policy.invalid`. */
  set(dataType: string, body: PolicyBody): Promise<DataTypePolicies>
  setAlias(dataType: string, alias: string, model: string | null): Promise<DataTypePolicies>
}

export interface LiveService {
  /** A picture of the node as it is now. Cheap: it is computed at most a few times a second. */
  snapshot(): Promise<LiveSnapshot>
  /** Whether the models topic has been read, the streams are being answered, and the log answers; known within about a second. */
  ready(): Promise<boolean>
}
