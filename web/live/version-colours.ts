import type { ModelList } from '../../src/api/contract/models.ts'

/** How many colours the style sheet has for versions: `--v0` … */
export const VERSION_COLOURS = 7

/**
 * Gives each model version a colour that stays its own for as long as the page is open, so that a person learns it: consecutive
 * versions of a data type differ, and data types start at different places.
 */
export class VersionColours {
  readonly #colours = new Map<string, number>()
  readonly #given = new Map<string, number>()

  /** Takes note of the versions of each data type, newest first. */
  learn(models: ModelList): void {
    for (const { dataType, versions } of models) {
      if (!this.#given.has(dataType)) this.#given.set(dataType, this.#given.size * 3)
      for (const { id } of versions.toReversed()) {
        const key = `${dataType} ${id}`
        const next = this.#given.get(dataType)!
        if (this.#colours.has(key)) continue
        this.#colours.set(key, next % VERSION_COLOURS)
        this.#given.set(dataType, next + 1)
      }
    }
  }

  /** The colour's number, 0 to 6; 0 for a version that was never in a list. */
  of(dataType: string, id: string): number {
    return this.#colours.get(`${dataType} ${id}`) ?? 0
  }
}
