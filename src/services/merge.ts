/**
 * Takes from several sources as they have something, one item of each at a time. Ends when all have ended, and throws what one of
 * them throws. When it is left early, a source that is waiting ends with its own signal.
 */
export async function* merge<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T, void> {
  const ready: { readonly item: T; readonly taken: () => void }[] = []
  let changed = Promise.withResolvers<void>()
  const open = new Set(sources)
  let failure: { readonly error: unknown } | undefined
  let isLeft = false

  async function pump(source: AsyncIterable<T>): Promise<void> {
    try {
      for await (const item of source) {
        if (isLeft) return
        const { promise, resolve } = Promise.withResolvers<void>()
        ready.push({ item, taken: resolve })
        changed.resolve()
        await promise
      }
    } catch (error) {
      failure ??= { error }
    } finally {
      open.delete(source)
      changed.resolve()
    }
  }

  for (const source of sources) void pump(source)
  try {
    while (open.size > 0 || ready.length > 0) {
      await changed.promise
      changed = Promise.withResolvers()
      for (let next = ready[0]; next !== undefined; next = ready[0]) {
        yield next.item
        ready.shift()
        next.taken()
      }
      if (failure !== undefined) throw failure.error
    }
  } finally {
    isLeft = true
    for (const { taken } of ready) taken()
  }
}
