const REAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** The number that a text stands for, as PMML (XML Schema's double, and Java's spelling of it) writes them; NaN where it stands for none. */
export function parseReal(text: string): number {
  const trimmed = text.trim()
  if (REAL.test(trimmed)) return Number(trimmed)
  switch (trimmed) {
    case 'INF':
    case 'Infinity':
    case '+INF':
    case '+Infinity':
      return Infinity
    case '-INF':
    case '-Infinity':
      return -Infinity
    default:
      return NaN
  }
}

/** 1 for true, 0 for false, NaN for what is neither. */
export function parseBoolean(text: string): number {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === 'true' || trimmed === '1' || trimmed === '1.0') return 1
  if (trimmed === 'false' || trimmed === '0' || trimmed === '0.0') return 0
  return NaN
}
