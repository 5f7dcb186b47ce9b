import type { LiveSnapshot } from '../../src/api/contract/live.ts'

type Swap = LiveSnapshot['swaps'][number]

/** One model version taking over a data type: the swaps of its partitions, which follow each other within moments. */
export interface SwapGroup {
  readonly dataType: string
  readonly id: string
  readonly previous: string | null
  /** When its first partition swapped. */
  readonly at: number
  /** From which offset it answers, per partition, in the order of the partitions. */
  readonly partitions: readonly { readonly topic: string; readonly partition: number; readonly fromOffset: string }[]
}

/** Partitions with few records reach their swap late; one that takes longer than this is shown by itself. */
const WITHIN_MS = 60_000

/** Groups swaps, given newest first, into takeovers, newest first. */
export function groupSwaps(swaps: readonly Swap[]): SwapGroup[] {
  const groups: { swaps: Swap[]; id: string }[] = []
  for (const swap of swaps.toSorted((a, b) => a.at - b.at)) {
    const id = `${swap.name}@${swap.version}`
    const group = groups.findLast((candidate) => candidate.swaps[0]!.dataType === swap.dataType)
    const place = (other: Swap): boolean => other.topic === swap.topic && other.partition === swap.partition
    const joins = group?.id === id && swap.at - group.swaps[0]!.at <= WITHIN_MS && !group.swaps.some(place)
    if (joins) group.swaps.push(swap)
    else groups.push({ swaps: [swap], id })
  }
  return groups.toReversed().map(({ swaps: members, id }) => ({
    dataType: members[0]!.dataType,
    id,
    previous: members[0]!.previous,
    at: members[0]!.at,
    partitions: members.toSorted((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition),
  }))
}
