/**
 * How many certificates one copy of the issuing function makes in a second, without the time that KMS takes: two calls for each,
 * which wait and do not compute. A copy of the function serves one request at a time.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { issuerHandler } from '../programs/functions/certificate-issuer/handler';
import { makeRootCertificate } from '../programs/functions/x509/root-certificate';
import { localSigner } from '../programs/functions/x509/signer';
import { authorityIdentity } from '../programs/shared/x509/authority-identity';
import { makeCertificateRequest } from '../programs/shared/x509/certificate-request';
import { leafNamesOf } from '../programs/shared/x509/leaf-names';
import { jsonLog } from '../programs/shared/log';

const IDENTITY = 'spiffe://shop.internal/orders';
const REQUESTS = 300;

/** Answers at once with what is in the proof: here the proofs are not encrypted. */
function openKms(): KMSClient {
  const requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: ({ body }: { readonly body: Uint8Array | string }) => {
      const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
      const { CiphertextBlob: proof } = JSON.parse(text) as { readonly CiphertextBlob: string };
      const answer = new TextEncoder().encode(JSON.stringify({ Plaintext: proof }));
      return Promise.resolve({ response: { statusCode: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: answer } });
    },
    destroy: () => undefined,
  };
  return new KMSClient({ region: 'eu-west-1', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' }, requestHandler });
}

async function main(): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const certificate = await makeRootCertificate(
    { mesh: 'shop', name: 'main', publicKey: publicKey.export({ format: 'der', type: 'spki' }), createdAt: new Date() },
    { sign: (bytes) => Promise.resolve(sign('sha256', bytes, privateKey)) },
  );
  const authority = {
    name: 'main',
    certificate,
    identity: authorityIdentity(certificate),
    keyArn: 'arn:aws:kms:eu-west-1:111111111111:key/1',
  };
  const handle = issuerHandler({
    kms: openKms(),
    acmPca: undefined as never,
    pause: () => Promise.resolve(),
    signerOf: () => localSigner(privateKey),
    configuration: () => ({
      authorities: [authority],
      issuer: authority,
      trustDomain: 'shop.internal',
      scope: 'shop.internal/Z1',
      identityKeyArn: 'key',
    }),
    now: () => new Date(),
    log: jsonLog(() => undefined),
  });
  const events = await Promise.all(
    Array.from({ length: REQUESTS }, async () => {
      const { csr, keyHash } = await makeCertificateRequest(leafNamesOf(IDENTITY));
      const proof = Buffer.from(JSON.stringify({ keyHash, issuedAt: new Date().toISOString() })).toString('base64');
      return { action: 'issue', identity: IDENTITY, csr, proof };
    }),
  );
  const start = process.hrtime.bigint();
  for (const event of events) {
    const answer = await handle(event);
    if (answer.outcome !== 'issued') throw new Error(`the function answers ${JSON.stringify(answer)}`);
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  process.stdout.write(
    `\nissuing function: ${(REQUESTS / seconds).toFixed(0)} certificates a second by one copy, ` +
      `${((seconds / REQUESTS) * 1000).toFixed(1)} ms each, without what KMS takes\n`,
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
