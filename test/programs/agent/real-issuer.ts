import { generateKeyPairSync } from 'node:crypto';
import { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { IssuingAnswer } from '../../../lib/core/contract/issuing';
import type { IdentityKey, IssuingFunction } from '../../../programs/agent/certificate/issuing';
import type { IssuerConfiguration, KmsAuthority } from '../../../programs/functions/certificate-issuer/configuration';
import { issuerHandler } from '../../../programs/functions/certificate-issuer/handler';
import { makeRootCertificate } from '../../../programs/functions/x509/root-certificate';
import { localSigner, type Signer } from '../../../programs/functions/x509/signer';
import { authorityIdentity } from '../../../programs/shared/x509/authority-identity';
import { FakeKms } from '../../../programs/emulator/aws/fake-kms';
import { MESH, recordingLog, SCOPE, type LogLine } from './fake-world';

interface SigningAuthority extends KmsAuthority {
  readonly signer: Signer;
}

/**
 * The function that issues, as it is. KMS is in memory; keys of authorities are in this process, since the signatures of the KMS in
 * memory are made by processes of OpenSSL.
 */
export class RealIssuer implements IssuingFunction {
  /** Of the function. */
  readonly lines: LogLine[];
  /** What its environment says. */
  configuration: IssuerConfiguration;
  readonly handler: (event: unknown) => Promise<IssuingAnswer>;

  private constructor(
    private readonly kms: KMSClient,
    /** The one of `CERTIFIED`. */
    readonly identityKeyArn: string,
    authority: SigningAuthority,
    now: () => number,
  ) {
    const { log, lines } = recordingLog();
    this.lines = lines;
    this.configuration = { authorities: [authority], issuer: authority, trustDomain: 'shop.internal', scope: SCOPE, identityKeyArn };
    this.handler = issuerHandler({
      kms,
      acmPca: new ACMPCAClient({ region: 'eu-central-1' }),
      pause: async () => Promise.reject(new Error('nothing is waited for without AWS Private CA')),
      signerOf: (issuer) => (issuer as SigningAuthority).signer,
      configuration: () => this.configuration,
      now: () => new Date(now()),
      log,
    });
  }

  static async create(now: () => number): Promise<RealIssuer> {
    const kms = new FakeKms('eu-central-1:123456789012');
    return new RealIssuer(kms.client(), kms.createSymmetricKey(), await newAuthority('one', now()), now);
  }

  /** One more authority, which issues from now on. */
  async addAuthority(name: string, createdAt: number): Promise<void> {
    const authority = await newAuthority(name, createdAt);
    this.configuration = { ...this.configuration, authorities: [...this.configuration.authorities, authority], issuer: authority };
  }

  /** The identity key, for a task whose role may prove every identity. */
  get key(): IdentityKey {
    return {
      encrypt: async (text, context) => {
        const { CiphertextBlob: ciphertext } = await this.kms.send(
          new EncryptCommand({
            KeyId: this.identityKeyArn,
            Plaintext: new TextEncoder().encode(text),
            EncryptionContext: { ...context },
          }),
        );
        return { ciphertext: Buffer.from(ciphertext!).toString('base64'), requestId: 'request-1' };
      },
    };
  }

  /** As Lambda does it: what goes in and what comes out is JSON. */
  async invoke(request: unknown): Promise<string> {
    return JSON.stringify(await this.handler(JSON.parse(JSON.stringify(request))));
  }
}

async function newAuthority(name: string, createdAt: number): Promise<SigningAuthority> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const signer = localSigner(privateKey);
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const certificate = await makeRootCertificate({ mesh: MESH, name, publicKey: spki, createdAt: new Date(createdAt) }, signer);
  return {
    name,
    certificate,
    identity: authorityIdentity(certificate),
    keyArn: `arn:aws:kms:eu-central-1:123456789012:key/${name}`,
    signer,
  };
}
