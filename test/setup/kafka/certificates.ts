import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../run.ts'

/** Files in PEM: an authority, a broker and a client that it vouches for, and another authority that vouches for nobody here. */
export interface Certificates {
  readonly ca: string
  readonly otherCa: string
  readonly clientCert: string
  readonly clientKey: string
  /** The broker's key and certificate in one file, as Kafka wants them. */
  readonly broker: string
}

/** The distinguished name of the client, as Kafka calls it (RFC 2253). */
export const CLIENT_NAME = 'CN=sluice-client,O=Sluice Tests'

/** Makes the certificates with `openssl`, for a broker on 127.0.0.1 and localhost. They are good for a day. */
export async function createCertificates(directory: string): Promise<Certificates> {
  await mkdir(directory, { recursive: true })
  const at = (name: string): string => join(directory, name)
  const authority = async (name: string): Promise<void> => {
    const subject = ['-subj', `/CN=${name}`, '-days', '1']
    await run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      at(`${name}.key`),
      '-out',
      at(`${name}.pem`),
      ...subject,
    ])
  }
  const issue = async (name: string, subject: string, extensions: string): Promise<void> => {
    await run('openssl', [
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      at(`${name}.key`),
      '-out',
      at(`${name}.csr`),
      '-subj',
      subject,
    ])
    await writeFile(at(`${name}.ext`), extensions)
    const by = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '1', '-extfile', at(`${name}.ext`)]
    await run('openssl', ['x509', '-req', '-in', at(`${name}.csr`), '-out', at(`${name}.pem`), ...by])
  }
  await authority('ca')
  await authority('other-ca')
  await issue('broker', '/O=Sluice Tests/CN=broker', 'subjectAltName=IP:127.0.0.1,DNS:localhost\n')
  await issue('client', '/O=Sluice Tests/CN=sluice-client', 'extendedKeyUsage=clientAuth\n')
  await writeFile(at('broker-store.pem'), (await readFile(at('broker.key'), 'utf8')) + (await readFile(at('broker.pem'), 'utf8')))
  return {
    ca: at('ca.pem'),
    otherCa: at('other-ca.pem'),
    clientCert: at('client.pem'),
    clientKey: at('client.key'),
    broker: at('broker-store.pem'),
  }
}
