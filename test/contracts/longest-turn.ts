/**
 * The longest that this thread computed between two firings of a timer while `work` ran, in milliseconds of CPU time: what
 * other processes do to the machine does not count.
 */
export async function longestTurn(work: () => Promise<void>): Promise<number> {
  let longest = 0
  let last = cpuMs()
  const measure = (): void => {
    const now = cpuMs()
    longest = Math.max(longest, now - last)
    last = now
  }
  const timer = setInterval(measure, 1)
  try {
    await work()
    measure()
  } finally {
    clearInterval(timer)
  }
  return longest
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
