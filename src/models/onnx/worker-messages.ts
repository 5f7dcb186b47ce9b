import type { ErrorCode } from '../../core/errors.ts'
import type { Preparation } from './preparation/preparation.ts'
import type { OnnxSignature, RunRequest, RunResult } from './signature.ts'

/** What the pool asks of a worker. `model` is the pool's number for a loaded model. */
export type WorkerRequest =
  | {
      readonly kind: 'open'
      readonly model: number
      readonly bytes: Uint8Array
      readonly metadata: Readonly<Record<string, string>>
      readonly preparation?: Preparation | undefined
    }
  | { readonly kind: 'run'; readonly model: number; readonly batch: RunRequest }
  | { readonly kind: 'release'; readonly model: number }
  /** To end as soon as it can. It is not answered. */
  | { readonly kind: 'close' }

/** What a request of each kind is answered with. */
export interface WorkerAnswers {
  readonly open: OnnxSignature
  readonly run: RunResult
  readonly release: undefined
  readonly close: undefined
}

export interface NumberedRequest {
  readonly id: number
  readonly request: WorkerRequest
}

/** The answer to the request of the same number. */
export type NumberedAnswer =
  | { readonly id: number; readonly answer: WorkerAnswers[WorkerRequest['kind']] }
  | {
      readonly id: number
      readonly error: {
        readonly code: ErrorCode
        readonly message: string
        readonly details: Readonly<Record<string, string | number | boolean>>
      }
    }
