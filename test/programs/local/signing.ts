import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Signed {
  readonly host: string;
  readonly path: string;
  readonly method?: string;
  readonly body?: string;
  readonly at?: Date;
}

/** The headers of a request that is signed as the SDK does it. */
export async function signedHeaders(
  credentials: Credentials,
  { host, path, method = 'GET', body, at = new Date() }: Signed,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({ credentials, region: 'eu-west-1', service: 'execute-api', sha256: Sha256 });
  const { pathname, searchParams } = new URL(path, 'http://x');
  const { headers } = await signer.sign(
    { method, protocol: 'http:', hostname: 'x', path: pathname, query: Object.fromEntries(searchParams), headers: { host }, body },
    { signingDate: at },
  );
  return headers;
}

class Sha256 {
  private readonly hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', Buffer.from(secret as Uint8Array));
  }

  update(data: Uint8Array | string): void {
    this.hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.hash.digest()));
  }

  reset(): void {
    throw new Error('not used');
  }
}
