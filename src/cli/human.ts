const INTEGERS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const SIZE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `12,345`. */
export function humanCount(count: number): string {
  return INTEGERS.format(count)
}

/** `1 record`, `12,345 records`. */
export function humanCounted(count: number, thing: string): string {
  return `${humanCount(count)} ${thing}${count === 1 ? '' : 's'}`
}

/** `512 B`, `1.5 KiB`, `64 MiB`. */
export function humanSize(bytes: number): string {
  let unit = 0
  let value = bytes
  for (; value >= 1024 && unit < SIZE_UNITS.length - 1; unit++) value /= 1024
  return `${value < 10 && unit > 0 ? trimZeros(value.toFixed(1)) : Math.round(value)} ${SIZE_UNITS[unit]}`
}

/** A duration: `12 µs`, `1.5 ms`, `3.2 s`, `4 min`, `2 h 5 min`. A dash where nothing was measured. */
export function humanDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–'
  if (ms < 0.001 && ms > 0) return `${significant(ms * 1e6)} ns`
  if (ms < 1) return ms === 0 ? '0 ms' : `${significant(ms * 1000)} µs`
  if (ms < 1000) return `${significant(ms)} ms`
  if (ms < 60_000) return `${significant(ms / 1000)} s`
  const minutes = Math.round(ms / 60_000)
  if (minutes < 60) return `${minutes} min`
  if (minutes < 60 * 24) return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  return `${Math.floor(minutes / 1440)} d`
}

/** `just now`, `12 s ago`, `3 min ago`, `2 d ago`; the future is `just now` too, since clocks differ. */
export function humanTime(at: number | null | undefined, now: number): string {
  if (at === null || at === undefined) return '–'
  const ago = now - at
  return ago < 1000 ? 'just now' : `${humanDuration(ago < 60_000 ? Math.floor(ago / 1000) * 1000 : ago)} ago`
}

/** A number as short as it is exact enough to read: `0.8731`, `12.5`, `1.2e-9`. */
export function humanNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value)
  return Math.abs(value) >= 1e-4 && Math.abs(value) < 1e9 ? trimZeros(value.toPrecision(5)) : trimZeros(value.toExponential(3))
}

/** Text from elsewhere, safe to show: control characters, which a terminal would obey, are replaced. */
export function safeText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters that must not reach a terminal
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}

function significant(value: number): string {
  return trimZeros(value >= 100 ? value.toFixed(0) : value.toPrecision(2))
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+(?=e|$)/, '') : text
}
