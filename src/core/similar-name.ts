/** A name without what people write differently: case, spaces and punctuation. `Fixed_Acidity` and `fixed acidity` are alike. */
export function similarName(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
}
