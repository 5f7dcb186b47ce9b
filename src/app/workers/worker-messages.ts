import type { Config } from '../../config/index.ts'
import type { MonitorView } from '../../services/stream-monitor.ts'

/** What a worker thread is started with. */
export interface WorkerData {
  readonly config: Config
}

/** What a worker says to the thread that started it. */
export type FromWorker =
  | { readonly kind: 'ready' }
  /** What it did so far, by stream. */
  | { readonly kind: 'view'; readonly streams: Readonly<Record<string, MonitorView>> }
  /** A line of its log. */
  | { readonly kind: 'log'; readonly line: string }
  /** It could not start. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }

/** What a worker is told: to commit what is in work, and to end. */
export type ToWorker = { readonly kind: 'stop' }
