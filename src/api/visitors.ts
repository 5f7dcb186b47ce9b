import { isIP } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { SluiceError } from '../core/errors.ts'

export interface VisitorOptions {
  /** The host name or address that the server listens on. */
  readonly host: string
  /** Further names by which it may be addressed. */
  readonly allowedHosts: readonly string[]
}

/**
 * Keeps pages of other websites, open in the browser of somebody who can reach this node, from using it on that person's behalf.
 * Clients that are no browsers are not concerned: they send none of the headers that are looked at, but for Host.
 * - Commands (POST) are refused where the browser says that they come from another site (`Sec-Fetch-Site`) or another origin than
 *   the one that is addressed (`Origin`). Browsers let any page POST bytes or text anywhere, without asking first.
 * - A node that listens on the loopback only, or that is told its names, answers no other name than localhost, addresses, and
 *   those: a website may let its own name point to 127.0.0.1 (DNS rebinding), and is then of the same origin for the browser.
 * Reading is for pages of the same origin only, since no answer has a CORS header.
 */
export function guardVisitors(app: FastifyInstance, options: VisitorOptions): void {
  const isKnownName = options.allowedHosts.length > 0 || isLoopback(options.host) ? namesOf(options) : undefined
  app.addHook('onRequest', async (request) => {
    const { host } = request.headers
    if (host !== undefined && isKnownName !== undefined && !isKnownName(nameOf(host))) throw unknownName(host)
    if (request.method !== 'GET' && request.method !== 'HEAD') checkOrigin(request)
  })
}

function namesOf({ host, allowedHosts }: VisitorOptions): (name: string) => boolean {
  const names = new Set(['localhost', host, ...allowedHosts].map((name) => name.toLowerCase()))
  return (name) => names.has(name) || name.endsWith('.localhost') || isIP(name) !== 0
}

function checkOrigin({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw foreign(`a page of another site (${site})`)
  const { origin, host } = headers
  if (origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()))
    throw foreign(`a page of '${origin}'`)
}

/** The name in a Host header, without the port and the brackets of an IPv6 address. */
function nameOf(host: string): string {
  const [, address] = /^\[([^\]]*)\]/.exec(host) ?? []
  return address ?? host.replace(/:\d*$/, '').toLowerCase()
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function foreign(who: string): SluiceError {
  return new SluiceError('api.origin.refused', `${who} asked for this; commands are taken from this node's own page and from programs`)
}

function unknownName(host: string): SluiceError {
  const shown = host.slice(0, 200)
  return new SluiceError('api.origin.refused', `this node does not answer to the name '${shown}'; http.allowedHosts may name it`)
}
