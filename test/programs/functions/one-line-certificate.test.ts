import { oneLineOf, readOneLineCertificate } from '../../../programs/functions/x509/one-line-certificate';
import { makeAuthority, type TestAuthority } from './support/authorities';

let authority: TestAuthority;
beforeAll(async () => {
  authority = await makeAuthority('a', new Date());
});

test('a certificate survives being put into a JSON text as it is', () => {
  const { certificate } = authority;
  const { read } = JSON.parse(`{"read":"${oneLineOf(certificate)}"}`) as { readonly read: string };
  expect(readOneLineCertificate(read)?.fingerprint256).toBe(certificate.fingerprint256);
});

test.each<[string, (line: string) => string]>([
  ['PEM', () => authority.certificate.toString()],
  ['PEM in base64', () => Buffer.from(authority.certificate.toString()).toString('base64')],
  ['wrapped', (line) => line.replace(/.{64}/g, '$&\n')],
  ['cut off', (line) => line.slice(0, 400)],
  ['followed by something', (line) => Buffer.concat([Buffer.from(line, 'base64'), Buffer.from('x')]).toString('base64')],
  ['empty', () => ''],
])('fails if it is %s', (_, change) => {
  expect(readOneLineCertificate(change(oneLineOf(authority.certificate)))).toBeUndefined();
});
