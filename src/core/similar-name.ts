/**
 * A name without what people write differently: case, spaces and punctuation. `Fixed_Acidity` and `fixed acidity` are alike. A name
 * of nothing but punctuation is only like itself.
 */
export function similarName(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '') || name
}
