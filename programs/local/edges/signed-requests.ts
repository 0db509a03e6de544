import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ClientRequest } from '../../emulator/api-gateway/client-request';

/** With which clients of a local system sign requests to routes that ask for AWS credentials. */
export interface LocalCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  /** Who signs, as services get it. */
  readonly userArn: string;
}

export function localCredentials(region: string, account: string): LocalCredentials {
  return {
    accessKeyId: 'AKIALOCALLOCALLOCAL1',
    secretAccessKey: randomBytes(30).toString('base64'),
    region,
    userArn: `arn:aws:iam::${account}:user/local`,
  };
}

export type SignatureVerdict = 'good' | 'missing' | 'unknown-key' | 'expired' | 'wrong';

/** "Requests must be received within five minutes of the timestamp": reference_sigv-create-signed-request. */
const SKEW_MS = 5 * 60_000;
const HEADER =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Whether a request is signed with the credentials: signed again by the SDK, it has the same signature.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function signatureOf(request: ClientRequest, body: Buffer, credentials: LocalCredentials): Promise<SignatureVerdict> {
  const headers = new Map(Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), [value].flat().join(',')]));
  const [, keyId, , region = '', service = '', signedNames = '', signature = ''] = HEADER.exec(headers.get('authorization') ?? '') ?? [];
  if (keyId === undefined) return 'missing';
  if (keyId !== credentials.accessKeyId) return 'unknown-key';
  const signingDate = dateOf(headers.get('x-amz-date') ?? '');
  if (signingDate === undefined || Math.abs(Date.now() - signingDate.getTime()) > SKEW_MS) return 'expired';
  const names = signedNames.split(';');
  if (!names.includes('host') || service !== 'execute-api' || region !== credentials.region) return 'wrong';
  const { pathname, searchParams } = new URL(request.path, 'http://edge');
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(searchParams.keys())) query[name] = searchParams.getAll(name);
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: false });
  const again = await signer.sign(
    {
      method: request.method ?? 'GET',
      protocol: 'http:',
      hostname: 'edge',
      path: pathname,
      query,
      headers: Object.fromEntries(names.map((name) => [name, headers.get(name) ?? ''])),
      body,
    },
    { signingDate, signableHeaders: new Set(names) },
  );
  const expected = HEADER.exec(again.headers['authorization'] ?? '');
  // A hash that the client states must be that of the body.
  const stated = headers.get('x-amz-content-sha256');
  const isHash = stated === undefined || stated === 'UNSIGNED-PAYLOAD' || stated === createHash('sha256').update(body).digest('hex');
  return isHash && expected?.[5] === signedNames && timingSafeEqual(Buffer.from(expected[6] ?? ''), Buffer.from(signature))
    ? 'good'
    : 'wrong';
}

function dateOf(text: string): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year = 0, month = 1, day, hour, minute, second] = parts;
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second));
}

/** What the SDK wants hashes by. */
class Sha256 {
  private hash;

  constructor(private readonly secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = this.begun();
  }

  update(data: Uint8Array | string): void {
    this.hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.hash.digest()));
  }

  reset(): void {
    this.hash = this.begun();
  }

  private begun(): ReturnType<typeof createHash> | ReturnType<typeof createHmac> {
    const { secret } = this;
    if (secret === undefined) return createHash('sha256');
    if (typeof secret === 'string') return createHmac('sha256', secret);
    return createHmac(
      'sha256',
      ArrayBuffer.isView(secret) ? Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength) : Buffer.from(secret),
    );
  }
}
