import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { IssuingAnswer } from '../../../lib/core/contract/issuing';
import type { X509Svid } from '../../../programs/shared/svid';
import { authoritiesDigest } from '../../../programs/shared/x509/authorities';

x509.cryptoProvider.set(webcrypto);

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

export const NOW = Date.parse('2026-11-24T12:00:00Z');
export const IDENTITY = 'spiffe://shop.internal/orders';

export interface LeafOptions {
  readonly identity?: string;
  /** Whose it is said to be, if not what the certificate says. */
  readonly said?: string;
  /** @default orders.shop.internal */
  readonly dnsName?: string;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly serialNumber?: string;
  /** PEM, instead of this authority's root. */
  readonly trustBundle?: string;
}

/** A certificate authority for tests. */
export class Authority {
  private constructor(
    private readonly keys: webcrypto.CryptoKeyPair,
    private readonly certificate: x509.X509Certificate,
  ) {}

  get root(): string {
    return `${this.certificate.toString('pem')}\n`;
  }

  static async create(name: string, now = NOW): Promise<Authority> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serial(),
      name: `CN=${name}`,
      notBefore: new Date(now - 1000 * DAY),
      notAfter: new Date(now + 1000 * DAY),
      keys,
      signingAlgorithm: EC,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    });
    return new Authority(keys, certificate);
  }

  /** A certificate with its key. */
  async issue(options: LeafOptions = {}): Promise<X509Svid> {
    const keys = await newKeys();
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    return {
      identity: options.said ?? options.identity ?? IDENTITY,
      privateKey: `-----BEGIN PRIVATE KEY-----\n${pkcs8.match(/.{1,64}/g)!.join('\n')}\n-----END PRIVATE KEY-----\n`,
      ...(await this.chainFor(keys.publicKey, options)),
    };
  }

  /** What the issuing function answers: a certificate of the key that is in the request. */
  async answer(csr: string, options: LeafOptions = {}): Promise<Extract<IssuingAnswer, { readonly outcome: 'issued' }>> {
    const { rawData } = new x509.Pkcs10CertificateRequest(csr).publicKey;
    const key = await webcrypto.subtle.importKey('spki', rawData, EC, true, ['verify']);
    return { outcome: 'issued', ...(await this.chainFor(key, options)) };
  }

  /** Of this authority, which issues, and others that are trusted beside it. */
  digest(...others: readonly Authority[]): string {
    const roots = [this, ...others].map(({ root }) => new X509Certificate(root));
    return authoritiesDigest(roots[0], roots);
  }

  private async chainFor(
    publicKey: webcrypto.CryptoKey,
    options: LeafOptions,
  ): Promise<Pick<X509Svid, 'certificateChain' | 'trustBundle'>> {
    const leaf = await x509.X509CertificateGenerator.create({
      serialNumber: options.serialNumber ?? serial(),
      subject: 'CN=orders',
      issuer: this.certificate.subject,
      notBefore: new Date(options.notBefore ?? NOW - DAY),
      notAfter: new Date(options.notAfter ?? NOW + 6 * DAY),
      publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: EC,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        new x509.SubjectAlternativeNameExtension([
          { type: 'url', value: options.identity ?? IDENTITY },
          { type: 'dns', value: options.dnsName ?? 'orders.shop.internal' },
        ]),
      ],
    });
    return { certificateChain: `${leaf.toString('pem')}\n`, trustBundle: options.trustBundle ?? this.root };
  }
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
}

function serial(): string {
  return `4a${Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex')}`;
}
