import type { Page } from 'playwright-core'

/** What went wrong in a page, by its own account: errors on the console, uncaught ones, refused by policy, asked of other hosts. */
export function watchPage(page: Page, origin: string): string[] {
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.stack ?? error.message}`))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !url.startsWith('data:') && !url.startsWith('blob:')) problems.push(`asked of another host: ${url}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`)
  })
  return problems
}

/** How many pixels the page can be scrolled sideways; 0 where it fits. */
export async function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}

/**
 * Texts whose contrast to what lies behind them is less than WCAG 2.2 asks for at level AA (1.4.3): 4.5, or 3 for large ones.
 * Looks at each element with text of its own, and at the nearest opaque background above it.
 */
export async function poorContrast(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    const rgba = (colour) => {
      pen.clearRect(0, 0, 1, 1)
      pen.fillStyle = colour
      pen.fillRect(0, 0, 1, 1)
      return pen.getImageData(0, 0, 1, 1).data
    }
    const luminance = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((v) => v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)
      return 0.2126 * x + 0.7152 * y + 0.0722 * z
    }
    const behind = (element) => {
      for (let at = element; at !== null; at = at.parentElement) {
        const colour = rgba(getComputedStyle(at).backgroundColor)
        if (colour[3] === 255) return colour
      }
      return [255, 255, 255, 255]
    }
    const poor = []
    let seen = 0
    for (const element of document.querySelectorAll('body *')) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '')
      const style = getComputedStyle(element)
      if (!own || style.visibility === 'hidden' || element.getClientRects().length === 0 || element.closest('noscript')) continue
      seen++
      const fore = luminance(rgba(element instanceof SVGElement ? style.fill : style.color))
      const back = luminance(behind(element))
      const contrast = (Math.max(fore, back) + 0.05) / (Math.min(fore, back) + 0.05)
      const size = parseFloat(style.fontSize)
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
      if (contrast < (large ? 3 : 4.5)) poor.push(element.className + ' "' + element.textContent.trim().slice(0, 30) + '" ' + contrast.toFixed(2))
    }
    return seen < 40 ? ['only ' + seen + ' texts were found'] : poor
  })()`)
}
