import type { FastifyInstance } from 'fastify'
import { createStaticReader, listStaticFiles } from './static-files.ts'

/**
 * Serves the live page: `/`, its modules, styles and logo, and its libraries under `/vendor/`. Every path is a route of its own
 * from a list that is made here, so a request can't name any other file. Answers carry an ETag and are revalidated each time.
 * The page needs no more than the content security policy `default-src 'self'`.
 */
export function registerWeb(app: FastifyInstance): void {
  const read = createStaticReader()
  for (const [url, path] of listStaticFiles(import.meta.dirname)) {
    app.get(url, (request, reply) => {
      const file = read(path)
      void reply.header('etag', file.etag).header('cache-control', 'no-cache')
      if (request.headers['if-none-match'] === file.etag) return reply.code(304).send()
      return reply.type(file.contentType).send(file.body)
    })
  }
}
