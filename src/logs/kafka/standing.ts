import type { MemberIdentity } from './committer.ts'

/** Who a member is at the moment, for those who wait until that changes. */
export class Standing {
  #identity: MemberIdentity | undefined
  #changed = Promise.withResolvers<void>()

  get identity(): MemberIdentity | undefined {
    return this.#identity
  }

  set identity(identity: MemberIdentity | undefined) {
    this.#identity = identity
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  async renewed(outdated: MemberIdentity): Promise<void> {
    while (this.#identity === outdated) await this.#changed.promise
  }
}
