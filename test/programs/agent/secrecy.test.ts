import { createPrivateKey } from 'node:crypto';
import type { X509Svid } from '../../../programs/shared/svid';
import { Authority } from './authority';
import { holdsKey } from './secrecy';

let svid: X509Svid;
let other: X509Svid;
beforeAll(async () => {
  const authority = await Authority.create('one');
  svid = await authority.issue();
  other = await authority.issue();
});

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');

test.each<[string, (key: string) => string]>([
  ['PEM', (key) => `Body: ${key}`],
  ['PEM in JSON', (key) => JSON.stringify({ key })],
  ['PEM in JSON in JSON', (key) => JSON.stringify({ body: JSON.stringify({ key }) })],
  ['base64 of JSON, as KMS gets it', (key) => JSON.stringify({ Plaintext: base64(JSON.stringify({ hash: 'x', key })) })],
  ['DER in hexadecimal', (key) => createPrivateKey(key).export({ format: 'der', type: 'pkcs8' }).toString('hex')],
  ['the older PEM', (key) => createPrivateKey(key).export({ format: 'pem', type: 'sec1' }).toString()],
  ['a JWK', (key) => JSON.stringify(createPrivateKey(key).export({ format: 'jwk' }))],
  ['the number in base64', (key) => base64(Buffer.from(createPrivateKey(key).export({ format: 'jwk' }).d!, 'base64url'))],
])('a key is found in a request that holds it as %s', (_what, write) => {
  expect(holdsKey(`POST / HTTP/1.1\nAuthorization: AWS4\n${write(svid.privateKey)}`, svid.privateKey)).toBe(true);
  expect(holdsKey(write(other.privateKey), svid.privateKey)).toBe(false);
});

test('a certificate of the key is not the key', () => {
  expect(holdsKey(JSON.stringify({ ...svid, privateKey: '' }), svid.privateKey)).toBe(false);
});
