const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const SPECIFIER = /%([a-zA-Z%])/g

const two = (value: number): string => String(value).padStart(2, '0')

/** What each specifier of POSIX strftime stands for. */
const PARTS: Readonly<Record<string, (date: Date) => string>> = {
  a: (date) => DAYS[date.getUTCDay()]!.slice(0, 3),
  A: (date) => DAYS[date.getUTCDay()]!,
  b: (date) => MONTHS[date.getUTCMonth()]!.slice(0, 3),
  B: (date) => MONTHS[date.getUTCMonth()]!,
  d: (date) => two(date.getUTCDate()),
  D: (date) => formatParts(date, '%m/%d/%y'),
  e: (date) => String(date.getUTCDate()).padStart(2),
  F: (date) => formatParts(date, '%Y-%m-%d'),
  h: (date) => MONTHS[date.getUTCMonth()]!.slice(0, 3),
  H: (date) => two(date.getUTCHours()),
  I: (date) => two(date.getUTCHours() % 12 || 12),
  j: (date) => String(dayOfYear(date)).padStart(3, '0'),
  m: (date) => two(date.getUTCMonth() + 1),
  M: (date) => two(date.getUTCMinutes()),
  p: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  R: (date) => formatParts(date, '%H:%M'),
  S: (date) => two(date.getUTCSeconds()),
  T: (date) => formatParts(date, '%H:%M:%S'),
  w: (date) => String(date.getUTCDay()),
  y: (date) => two(date.getUTCFullYear() % 100),
  Y: (date) => String(date.getUTCFullYear()),
  '%': () => '%',
}

/** Seconds since 1970-01-01T00:00:00 by a pattern of POSIX strftime (PMML 4.4.1, Built-in functions, formatDatetime). */
export function formatDatetime(seconds: number, pattern: string): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? '' : formatParts(date, pattern)
}

function formatParts(date: Date, pattern: string): string {
  return pattern.replaceAll(SPECIFIER, (specifier, letter: string) => PARTS[letter]?.(date) ?? specifier)
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1
}
