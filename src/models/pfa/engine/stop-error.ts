/** Why a run was stopped from outside: it took too long, or asked for too much room. A document can't catch it. */
export class PfaStopError extends Error {
  readonly reason: 'timeout' | 'size'

  constructor(reason: 'timeout' | 'size', message: string) {
    super(message)
    this.name = 'PfaStopError'
    this.reason = reason
  }
}
