/** What stands where there is no value. */
export const NONE = '–'

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** A count, exact up to a million and then to three digits: `1,599`, `336,776`, `12.3 M`. */
export function count(value: number): string {
  if (value < 1e6) return grouped.format(value)
  return value < 1e9 ? `${digits(value / 1e6, 3)} M` : `${digits(value / 1e9, 3)} G`
}

/** Records per second: `0`, `0.4`, `7.2`, `431`, `12,345`, `1.2 M`. */
export function rate(value: number): string {
  if (value > 0 && value < 9.95) return value < 0.05 ? '<0.1' : value.toFixed(1)
  return count(Math.round(value))
}

/** A duration given in milliseconds, to about three digits: `380 ns`, `12.4 µs`, `3.1 ms`, `2.5 s`, `3.2 min`. */
export function duration(ms: number | null | undefined): string {
  if (ms == null || Number.isNaN(ms)) return NONE
  if (ms === 0) return '0 ms'
  if (ms < 0.001) return `${Math.round(ms * 1e6)} ns`
  if (ms < 1) return `${digits(ms * 1e3, 3)} µs`
  if (ms < 1000) return `${digits(ms, 3)} ms`
  return ms < 120_000 ? `${digits(ms / 1000, 3)} s` : `${digits(ms / 60_000, 3)} min`
}

/** A share in percent, never rounded to 0 or 100 where it is not: `0 %`, `<0.01 %`, `0.34 %`, `42 %`, `>99.9 %`. */
export function share(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return '0 %'
  const percent = (100 * part) / whole
  if (percent < 0.01) return '<0.01 %'
  if (percent >= 99.95 && part < whole) return '>99.9 %'
  return `${percent < 10 ? digits(percent, 3) : Math.round(percent)} %`
}

/** A size in bytes: `512 B`, `48.2 kB`, `1.4 MB`. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`
  if (value < 1e6) return `${digits(value / 1e3, 3)} kB`
  return value < 1e9 ? `${digits(value / 1e6, 3)} MB` : `${digits(value / 1e9, 3)} GB`
}

/** A number of a record or an answer: short, but never rounded to something that it isn't far from. */
export function plain(value: number): string {
  if (Number.isInteger(value)) return Math.abs(value) < 1e15 ? String(value) : value.toExponential(3)
  const size = Math.abs(value)
  return size >= 0.001 && size < 1e9 ? digits(value, 4) : value.toExponential(2)
}

function digits(value: number, significant: number): string {
  const whole = Math.trunc(Math.abs(value)).toString().length
  return String(Number(value.toFixed(Math.max(0, significant - whole))))
}
