import type { ModelHolder } from '../engines/local/model-holder.ts'

/** What takes in and gives up the models of one partition of the models topic. */
export interface PartitionModels {
  take(partition: number): Promise<void>
  drop(partition: number): Promise<void>
}

/** Holds the models of a partition as long as any stream works on that partition of its input: streams share them. */
export function createHeldModels(models: PartitionModels): ModelHolder {
  const holders = new Map<number, number>()
  /** By partition: settles when what was asked for last is done. */
  const turns = new Map<number, Promise<void>>()
  const next = async (partition: number, work: () => Promise<void>): Promise<void> => {
    const turn = (turns.get(partition) ?? Promise.resolve()).then(work)
    turns.set(
      partition,
      turn.catch(() => {}),
    )
    return turn
  }
  const take = async (partition: number): Promise<void> =>
    next(partition, async () => {
      const count = holders.get(partition) ?? 0
      if (count === 0) await models.take(partition)
      holders.set(partition, count + 1)
    })
  const drop = async (partition: number): Promise<void> =>
    next(partition, async () => {
      const count = holders.get(partition) ?? 0
      if (count === 1) await models.drop(partition)
      holders.set(partition, Math.max(0, count - 1))
    })
  return {
    async take(partitions) {
      await Promise.all(partitions.map(take))
    },
    async drop(partitions) {
      await Promise.all(partitions.map(drop))
    },
  }
}
