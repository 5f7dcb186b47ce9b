import type { Worker } from 'node:worker_threads'
import { SluiceError } from '../../core/errors.ts'
import type { Preparation } from './preparation/preparation.ts'
import type { OnnxSignature, RunRequest, RunResult } from './signature.ts'
import { type WorkerThread, watchWorker } from './worker-thread.ts'

export interface SessionPoolOptions {
  readonly threads: number
  readonly startWorker: () => Worker
  readonly loadTimeoutMs: number
  /** What runs the models, for messages; ONNX Runtime where absent. */
  readonly engine?: string
}

/** A model that is loaded in the workers of a pool. */
export interface PooledSession {
  readonly signature: OnnxSignature
  /** Runs a batch in the least busy worker that has the model. The buffers in `transfer` are gone here. */
  run(batch: RunRequest, transfer: readonly ArrayBuffer[]): Promise<RunResult>
  /** Frees the model in all workers, once its running batches are answered. */
  release(): void
}

/**
 * Workers that each hold every model. Models are loaded into one worker at a time, so that the others score meanwhile: with two
 * threads or more, loading a version does not delay the one that serves. A worker that ends fails the requests it had, and is
 * started again with its models when they are next asked for or, where others serve meanwhile, in the background.
 */
export interface SessionPool {
  /** Resolves when the first worker has the model; the others follow in the background. */
  open(bytes: Uint8Array, metadata: Readonly<Record<string, string>>, preparation?: Preparation): Promise<PooledSession>
  /** Ends all workers, after the batches that are running. */
  close(): Promise<void>
}

interface Slot {
  thread: WorkerThread | undefined
  readonly models: Set<number>
  /** While it loads a model, which may take seconds. */
  loading: boolean
}

interface Loaded {
  readonly model: number
  readonly bytes: Uint8Array
  readonly metadata: Readonly<Record<string, string>>
  readonly preparation: Preparation | undefined
  /** Batches that wait for their answers. */
  running: number
}

/** Makes a pool. Workers start when they are needed. */
export function createSessionPool({ threads, startWorker, loadTimeoutMs, engine = 'ONNX Runtime' }: SessionPoolOptions): SessionPool {
  const slots: Slot[] = Array.from({ length: threads }, () => ({ thread: undefined, models: new Set<number>(), loading: false }))
  const loaded = new Map<number, Loaded>()
  /** Workers that were given up and are not gone yet. */
  const abandoned = new Set<WorkerThread>()
  let closed = false
  let next = 0
  let lastLoad: Promise<unknown> = Promise.resolve()

  /** Loads one after the other: while one worker loads, the others are free. */
  async function inTurn<T>(load: () => Promise<T>): Promise<T> {
    const turn = lastLoad.then(load)
    lastLoad = turn.catch(() => {})
    return turn
  }

  function threadOf(slot: Slot): WorkerThread {
    if (closed) throw new SluiceError('model.runtime.failed', `the runtime of ${engine} was disposed`)
    slot.thread ??= watchWorker(startWorker(), engine, () => {
      slot.thread = undefined
      slot.models.clear()
      // A worker that ended while it loaded would end again: it is started again only when there is no other.
      if (!closed && !slot.loading && slots.some((other) => other.models.size > 0)) void fillSlot(slot)
    })
    return slot.thread
  }

  async function loadInto(slot: Slot, one: Loaded): Promise<OnnxSignature> {
    const thread = threadOf(slot)
    slot.loading = true
    const timer = setTimeout(() => {
      abandoned.add(thread)
      const reason = new SluiceError('model.load.timeout', `${engine} did not load the model within ${loadTimeoutMs} ms`)
      void thread.abandon(reason).then(() => abandoned.delete(thread))
    }, loadTimeoutMs)
    try {
      const signature = await thread.ask({
        kind: 'open',
        model: one.model,
        bytes: one.bytes,
        metadata: one.metadata,
        preparation: one.preparation,
      })
      if (slot.thread === thread) slot.models.add(one.model)
      return signature
    } finally {
      clearTimeout(timer)
      slot.loading = false
    }
  }

  /** Gives a worker the models that it lacks. What fails to load stays in the workers that have it. */
  async function fillSlot(slot: Slot): Promise<void> {
    for (const one of loaded.values()) {
      await inTurn(async () => {
        if (!closed && loaded.has(one.model) && !slot.models.has(one.model)) await loadInto(slot, one)
      }).catch(() => {})
    }
  }

  function free(one: Loaded): void {
    for (const slot of slots) {
      if (slot.models.delete(one.model)) void slot.thread?.ask({ kind: 'release', model: one.model }).catch(() => {})
    }
  }

  async function run(one: Loaded, batch: RunRequest, transfer: readonly ArrayBuffer[]): Promise<RunResult> {
    let slot = leastBusy(slots.filter((candidate) => candidate.models.has(one.model)))
    if (slot === undefined) {
      slot = leastBusy(slots)!
      const target = slot
      await inTurn(async () => {
        if (!target.models.has(one.model)) await loadInto(target, one)
      })
    }
    return threadOf(slot).ask({ kind: 'run', model: one.model, batch }, transfer)
  }

  return {
    async open(bytes, metadata, preparation) {
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
      shared.set(bytes)
      const one: Loaded = { model: next++, bytes: shared, metadata, preparation, running: 0 }
      const signature = await inTurn(async () => loadInto(leastBusy(slots)!, one))
      loaded.set(one.model, one)
      for (const slot of slots) void fillSlot(slot)
      return {
        signature,
        async run(batch, transfer) {
          one.running++
          try {
            return await run(one, batch, transfer)
          } finally {
            one.running--
            if (one.running === 0 && !loaded.has(one.model)) free(one)
          }
        },
        release() {
          loaded.delete(one.model)
          if (one.running === 0) free(one)
        },
      }
    },
    async close() {
      closed = true
      loaded.clear()
      const ending = slots.flatMap((slot) => slot.thread ?? [])
      await Promise.all([...ending, ...abandoned].map(async (thread) => thread.end()))
    },
  }
}

function leastBusy(slots: readonly Slot[]): Slot | undefined {
  let best = slots[0]
  for (const slot of slots) if (busyness(slot) < busyness(best!)) best = slot
  return best
}

function busyness(slot: Slot): number {
  return (slot.loading ? 1e6 : 0) + (slot.thread?.pending ?? 0)
}
