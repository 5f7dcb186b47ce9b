/** How long ago, in the one unit that matters: `now`, `8 s`, `4 min`, `3 h`, `12 d`. */
export function ago(now: number, at: number): string {
  const seconds = Math.max(0, (now - at) / 1000)
  if (seconds < 1.5) return 'now'
  if (seconds < 60) return `${Math.round(seconds)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`
}

/** A length of time in two units: `42 s`, `3 min 20 s`, `5 h 12 min`, `9 d 4 h`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`
}

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

/** The time of day for what is from the last 12 hours, and the date with it for what is older. */
export function clock(now: number, at: number): string {
  return (Math.abs(now - at) < 43_200_000 ? time : day).format(at)
}
