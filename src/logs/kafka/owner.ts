/** Who works on a partition in transactions: kept beside the committed offset, for the one who takes the partition over. */
export interface Owner {
  readonly transactionalId: string
  readonly memberId: string
}

export function ownerText({ transactionalId, memberId }: Owner): string {
  return JSON.stringify({ sluice: 1, transactionalId, memberId })
}

/** The owner in the metadata of a committed offset, or undefined where it was written by something else. */
export function parseOwner(metadata: string | null | undefined): Owner | undefined {
  if (metadata == null || !metadata.startsWith('{')) return undefined
  try {
    const { sluice, transactionalId, memberId } = JSON.parse(metadata) as Record<string, unknown>
    return sluice === 1 && typeof transactionalId === 'string' && typeof memberId === 'string' ? { transactionalId, memberId } : undefined
  } catch {
    return undefined
  }
}
