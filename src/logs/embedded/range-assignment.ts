/**
 * Splits the partitions of one topic among members: each gets a range of consecutive ones, and the first members one more where
 * they don't come out even (Kafka's range assignment). Answers one range per member, in their order.
 */
export function assignRanges<T>(partitions: readonly T[], members: number): T[][] {
  const least = Math.floor(partitions.length / members)
  const extra = partitions.length % members
  let at = 0
  return Array.from({ length: members }, (_, member) => {
    const from = at
    at += least + (member < extra ? 1 : 0)
    return partitions.slice(from, at)
  })
}
