/**
 * Some browsers name a locale that they then refuse (`en-US@posix`, where the system's is POSIX), and the chart library asks for
 * just that when it is loaded. Loaded first, this lets such a browser speak plain English.
 */
try {
  Intl.NumberFormat(navigator.language)
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true })
}
