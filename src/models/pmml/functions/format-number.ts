const SPECIFIER = /%([-+ 0,(]*)(\d{1,3})?(?:\.(\d{1,2}))?([dfeEgGsx])/g

/** A number in the manner of C's printf, as the function formatNumber wants it (PMML 4.4.1, Built-in functions). */
export function formatNumber(value: number, pattern: string): string {
  return pattern.replaceAll(SPECIFIER, (_, flags: string, width: string | undefined, precision: string | undefined, type: string) => {
    const digits = precision === undefined ? 6 : Number(precision)
    const body = bodyOf(Math.abs(value), type, digits)
    const sign = value < 0 || Object.is(value, -0) ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
    const grouped = flags.includes(',') ? body.replace(/\d(?=(?:\d{3})+(?!\d))/g, '$&,') : body
    const size = Number(width ?? 0)
    if (flags.includes('-')) return (sign + grouped).padEnd(size)
    return flags.includes('0') ? sign + grouped.padStart(size - sign.length, '0') : (sign + grouped).padStart(size)
  })
}

function bodyOf(value: number, type: string, digits: number): string {
  switch (type) {
    case 'd':
      return String(Math.round(value))
    case 'x':
      return Math.round(value).toString(16)
    case 'e':
    case 'E': {
      const text = value.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2')
      return type === 'E' ? text.toUpperCase() : text
    }
    case 'g':
    case 'G':
      return value.toPrecision(Math.max(1, digits))
    case 's':
      return String(value)
    default:
      return value.toFixed(digits)
  }
}
