import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { generateKeyPairSync, sign } from 'node:crypto';
import type { X509Svid } from '../../programs/shared/svid';
import type { KeyServer, KeyServerChange } from './programs/key-server';
import { program } from './programs';
import type { Cluster } from './runner';

/** A key of an issuer, with which it signs tokens. */
export class SigningKey {
  private readonly pair = generateKeyPairSync('rsa', { modulusLength: 2048 });

  constructor(readonly id: string) {}

  get public(): object {
    return { ...this.pair.publicKey.export({ format: 'jwk' }), kid: this.id, alg: 'RS256', use: 'sig' };
  }

  /** @param claims or their text, for numbers that JavaScript has not */
  sign(claims: object | string): string {
    return jws({ alg: 'RS256', kid: this.id, typ: 'JWT' }, claims, (text) => sign('sha256', Buffer.from(text), this.pair.privateKey));
  }

  /** The public key in PEM, which everybody knows. */
  get pem(): string {
    return this.pair.publicKey.export({ format: 'pem', type: 'spki' }).toString();
  }
}

/** A token, whoever signs it. */
export function jws(header: object, claims: object | string, signature: (text: string) => Buffer): string {
  const text = [header, claims]
    .map((part) => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${signature(text).toString('base64url')}`;
}

/** The server of an issuer's keys, on the internet. */
export class IssuerMachine {
  private constructor(private readonly process: ChildProcess) {}

  static async join(cluster: Cluster, identities: Readonly<Record<string, X509Svid>>, keys: readonly SigningKey[]): Promise<IssuerMachine> {
    const endpoint = await cluster.vpc.joinInternet('issuer', Object.keys(identities));
    const child = endpoint.fork(program('key-server'));
    const server: KeyServer = { identities, port: 443, keys: keys.map((key) => key.public) };
    const listening = once(child, 'message');
    child.send(server);
    await listening;
    return new IssuerMachine(child);
  }

  async change(change: KeyServerChange): Promise<void> {
    const changed = once(this.process, 'message');
    this.process.send(change);
    await changed;
  }

  close(): void {
    this.process.kill('SIGKILL');
  }
}
