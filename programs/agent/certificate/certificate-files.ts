import { readCertificateSecret, readPemCertificates, type CertificateSecretReading, type Leaf } from '../../shared/certificate-secret';
import { Failure } from '../failure';
import type { Files } from '../files';
import { readFileIfAny, replaceFile } from '../files';
import type { PrivateText } from '../../shared/private-text';
import type { CertificateFormat } from './certificate-format';
import type { IdentityMaterial } from './sds';
import { SDS } from './sds';

export type Offered =
  | { readonly outcome: 'unchanged'; readonly leaf: Leaf }
  | {
      readonly outcome: 'installed';
      readonly leaf: Leaf;
      readonly changed: readonly ('certificate' | 'trust')[];
      readonly replaced: Leaf | undefined;
    };

/**
 * The certificate on the disk, which Envoy uses. It is either not there or good: key, chain, name, dates and trust fit
 * together after every single write, so a crash between two of them does no harm. What is on the disk is what counts; no
 * other state is kept.
 */
export class CertificateFiles {
  private readonly paths;

  constructor(
    private readonly files: Files,
    directory: string,
    private readonly identity: string,
    private readonly format: CertificateFormat = SDS,
  ) {
    this.paths = format.paths(directory);
  }

  /** What is on the disk, as good or bad as it is; undefined without a certificate. */
  async current(now: Date): Promise<CertificateSecretReading | undefined> {
    const [identity, trust] = await this.read();
    return identity === undefined || trust === undefined ? undefined : this.check({ ...identity, trustBundle: trust }, now);
  }

  /** Writes what the secret holds if it is better than what is there. Throws a Failure that says why not. */
  async offer(secretText: PrivateText, now: Date): Promise<Offered> {
    const offered = readCertificateSecret(secretText.reveal(), { identity: this.identity, now });
    if (!offered.ok) throw new Failure(offered.refusal.reason, offered.refusal.message);
    const { secret, leaf } = offered;
    const [identityNow, trustNow] = await this.read();
    const current =
      identityNow === undefined || trustNow === undefined ? undefined : this.check({ ...identityNow, trustBundle: trustNow }, now);
    if (current?.ok === true && leaf.notBefore < current.leaf.notBefore) {
      throw new Failure(
        'older',
        `the certificate in the secret is of ${leaf.notBefore.toISOString()}, older than the one in use, ` +
          `of ${current.leaf.notBefore.toISOString()}`,
      );
    }
    const { identityFile, trustFile } = this.format;
    const newTrust = trustNow === undefined || trustFile(trustNow) !== trustFile(secret.trustBundle);
    const newIdentity = identityNow === undefined || identityFile(identityNow) !== identityFile(secret);
    if (!newTrust && !newIdentity) return { outcome: 'unchanged', leaf };
    const replaced = current?.ok === true ? current.leaf : undefined;
    const changed = [...(newTrust ? ['trust' as const] : []), ...(newIdentity ? ['certificate' as const] : [])];
    // Trust first: others may present certificates of the new authority already.
    if (
      newTrust &&
      newIdentity &&
      identityNow !== undefined &&
      trustNow !== undefined &&
      !this.check({ ...identityNow, trustBundle: secret.trustBundle }, now).ok
    ) {
      // The certificate in use is not of the new authority: for the moment until it is replaced, both are trusted.
      await replaceFile(this.files, this.paths.trust, trustFile(joined(secret.trustBundle, trustNow)));
      await replaceFile(this.files, this.paths.identity, identityFile(secret));
      await replaceFile(this.files, this.paths.trust, trustFile(secret.trustBundle));
      return { outcome: 'installed', leaf, changed, replaced };
    }
    if (newTrust) await replaceFile(this.files, this.paths.trust, trustFile(secret.trustBundle));
    if (newIdentity) await replaceFile(this.files, this.paths.identity, identityFile(secret));
    return { outcome: 'installed', leaf, changed, replaced };
  }

  private async read(): Promise<readonly [IdentityMaterial | undefined, string | undefined]> {
    const { identityIn, trustIn } = this.format;
    const identity = await readFileIfAny(this.files, this.paths.identity);
    const trust = await readFileIfAny(this.files, this.paths.trust);
    return [identity === undefined ? undefined : identityIn(identity), trust === undefined ? undefined : trustIn(trust)];
  }

  private check(
    parts: { readonly certificateChain: string; readonly privateKey: string; readonly trustBundle: string },
    now: Date,
  ): CertificateSecretReading {
    const { certificateChain, privateKey, trustBundle } = parts;
    return readCertificateSecret(JSON.stringify({ version: 1, identity: this.identity, certificateChain, privateKey, trustBundle }), {
      identity: this.identity,
      now,
    });
  }
}

function joined(...bundles: readonly string[]): string {
  const roots = bundles.flatMap((bundle) => (readPemCertificates(bundle) ?? []).map((root) => root.toString().trim()));
  return `${[...new Set(roots)].join('\n')}\n`;
}
