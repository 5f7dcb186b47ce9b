import { type Clock, systemClock } from '../../core/clock.ts'
import { SluiceError } from '../../core/errors.ts'

export interface TokenEndpoint {
  readonly url: string
  readonly clientId: string
  /** Asked for each time, so that it can be changed. */
  readonly clientSecret: () => Promise<string>
  readonly scope: string | undefined
  readonly timeoutMs?: number
  readonly clock?: Clock
}

/** After this part of its life, a token is replaced by a new one. */
const REFRESH_AFTER = 0.8
/** A token that says nothing of its life is asked for again after this. */
const UNKNOWN_LIFE_MS = 60_000
/** While the endpoint can't be asked and the last token is still good, it is asked again after this. */
const ASK_AGAIN_MS = 1000
const MAX_BYTES = 256 * 1024

interface Held {
  readonly token: string
  readonly refreshAt: number
  readonly expiresAt: number
}

/**
 * Gets bearer tokens from an OAuth 2.0 token endpoint by the client credentials grant (RFC 6749, section 4.4; the client shows who it is
 * as section 2.3.1 says). A token is given again until 80 % of its life have passed; who asks meanwhile shares one request. Where the endpoint
 * can't be asked any more, the token is given as long as it is good. Rejects with `log.unavailable` where it is worth trying again, else with
 * `log.authentication.failed`; no message has a secret.
 */
export function createTokenSource(endpoint: TokenEndpoint): () => Promise<string> {
  const { clock = systemClock } = endpoint
  let held: Held | undefined
  let askAgainAt = 0
  let asking: Promise<string> | undefined

  async function ask(): Promise<string> {
    const asked = clock.monotonic()
    try {
      const { token, lifeMs } = await request(endpoint)
      held = { token, refreshAt: asked + lifeMs * REFRESH_AFTER, expiresAt: asked + lifeMs }
      return token
    } catch (error) {
      const now = clock.monotonic()
      if (held === undefined || now >= held.expiresAt) throw error
      askAgainAt = now + ASK_AGAIN_MS
      return held.token
    }
  }

  return async () => {
    const now = clock.monotonic()
    if (held !== undefined && (now < held.refreshAt || (now < askAgainAt && now < held.expiresAt))) return held.token
    asking ??= ask().finally(() => (asking = undefined))
    return asking
  }
}

async function request({
  url,
  clientId,
  clientSecret,
  scope,
  timeoutMs = 10_000,
}: TokenEndpoint): Promise<{ token: string; lifeMs: number }> {
  const secret = await clientSecret()
  const basic = Buffer.from(`${formText(clientId)}:${formText(secret)}`).toString('base64')
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) })
  let status: number
  let text: string
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    status = response.status
    text = await textOf(response)
  } catch (cause) {
    throw new SluiceError('log.unavailable', `kafka.sasl.tokenUrl ${url} can't be reached: ${reasonOf(cause)}`, { cause })
  }
  if (status !== 200) throw refusal(url, status, text)
  const { access_token: token, expires_in: expiresIn } = parse(text) ?? {}
  if (typeof token !== 'string' || !/^[\w.~+/-]+=*$/.test(token))
    throw new SluiceError(
      'log.authentication.failed',
      `kafka.sasl.tokenUrl ${url} answered without an access_token; is it a token endpoint?`,
    )
  const seconds = Number(expiresIn)
  return { token, lifeMs: seconds > 0 ? Math.min(seconds * 1000, 2 ** 31) : UNKNOWN_LIFE_MS }
}

/** As in a form: what Basic authentication has of a client that is no plain text. */
function formText(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > MAX_BYTES) throw new Error(`it answered more than ${MAX_BYTES} bytes`)
  }
  return text
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** Says what the endpoint says (RFC 6749, section 5.2). */
function refusal(url: string, status: number, text: string): SluiceError {
  const { error, error_description: description } = parse(text) ?? {}
  const reasons = [error, description].filter((reason) => typeof reason === 'string').map((reason) => reason.slice(0, 200))
  const isPassing = status >= 500 || status === 429 || status === 408
  const message = `kafka.sasl.tokenUrl ${url} answered ${[status, ...reasons].join(', ')}`
  return new SluiceError(isPassing ? 'log.unavailable' : 'log.authentication.failed', message, { details: { status } })
}

function reasonOf(cause: unknown): string {
  const { name, message, cause: inner } = cause as Error
  if (name === 'TimeoutError') return 'it did not answer in time'
  return inner instanceof Error && inner.message !== '' ? inner.message : message
}
