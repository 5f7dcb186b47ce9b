import type { ModelList } from '../../src/api/contract/models.ts'

/** How many colours the style sheet has for versions: `--v0` … */
export const VERSION_COLOURS = 7

/**
 * Gives each model version a colour that stays its own for as long as the page is open, so that a person learns it. Colours go
 * round, and consecutive versions of a data type always differ.
 */
export class VersionColours {
  readonly #colours = new Map<string, number>()
  readonly #latest = new Map<string, number>()
  #next = 0

  /** Takes note of the versions of each data type, newest first. */
  learn(models: ModelList): void {
    for (const { dataType, versions } of models) {
      for (const { id } of versions.toReversed()) {
        const key = `${dataType} ${id}`
        if (this.#colours.has(key)) continue
        if (this.#latest.get(dataType) === this.#next) this.#step()
        this.#colours.set(key, this.#next)
        this.#latest.set(dataType, this.#next)
        this.#step()
      }
    }
  }

  #step(): void {
    this.#next = (this.#next + 1) % VERSION_COLOURS
  }

  /** The colour's number, 0 to 6; 0 for a version that was never in a list. */
  of(dataType: string, id: string): number {
    return this.#colours.get(`${dataType} ${id}`) ?? 0
  }
}
