/** How far a time zone's clocks are ahead of UTC. */
export interface Zone {
  /** Seconds ahead of UTC at an instant in seconds since the epoch. */
  offset(seconds: number): number
}

const UTC: Zone = { offset: () => 0 }

/** Clocks change on quarters of an hour, but for the ends of local mean times. */
const QUARTER = 900
const MAX_CACHED_QUARTERS = 10_000
const MAX_ZONES = 1000

const zones = new Map<string, Zone | undefined>()

/** The zone of this name in the Olson database, UTC for an empty name, or undefined where there is none. Zones are kept. */
export function zoneOf(name: string): Zone | undefined {
  if (name === '') return UTC
  if (zones.has(name)) return zones.get(name)
  if (zones.size >= MAX_ZONES) zones.clear()
  const zone = openZone(name)
  zones.set(name, zone)
  return zone
}

function openZone(name: string): Zone | undefined {
  // Intl also takes offsets such as +05:00, and names in any case.
  if (!/^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/.test(name)) return undefined
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return undefined
  }
  const known = format.resolvedOptions().timeZone
  if (known.toLowerCase() === name.toLowerCase() && known !== name) return undefined
  if (known === 'UTC' || known === 'Etc/UTC') return UTC
  return cached((seconds) => offsetBy(format, seconds))
}

function offsetBy(format: Intl.DateTimeFormat, seconds: number): number {
  const whole = Math.floor(seconds)
  const parts: Record<string, string> = {}
  for (const { type, value } of format.formatToParts(whole * 1000)) parts[type] = value
  const number = (part: string): number => Number(parts[part])
  const year = parts['era']?.startsWith('B') === true ? 1 - number('year') : number('year')
  const local = new Date(0)
  local.setUTCFullYear(year, number('month') - 1, number('day'))
  local.setUTCHours(number('hour'), number('minute'), number('second'))
  return local.getTime() / 1000 - whole
}

function cached(offset: (seconds: number) => number): Zone {
  const quarters = new Map<number, number>()
  return {
    offset(seconds) {
      const quarter = Math.floor(seconds / QUARTER)
      const known = quarters.get(quarter)
      if (known !== undefined) return known
      const here = offset(seconds)
      const constant = offset(quarter * QUARTER) === here && offset((quarter + 1) * QUARTER - 1) === here
      if (quarters.size >= MAX_CACHED_QUARTERS) quarters.clear()
      if (constant) quarters.set(quarter, here)
      return here
    },
  }
}
