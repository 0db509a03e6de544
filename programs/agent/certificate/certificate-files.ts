import { checkSvid, readPemCertificates, type Leaf, type SvidCheck, type X509Svid } from '../../shared/svid';
import { Failure } from '../failure';
import type { Files } from '../files';
import { readFileIfAny, replaceFile } from '../files';
import type { CertificateFormat } from './certificate-format';
import type { IdentityMaterial } from './sds';
import { SDS } from './sds';

/** A certificate that must not be used, whatever the disk is like. */
export class BadCertificate extends Failure {}

export interface Installed {
  readonly leaf: Leaf;
  readonly changed: readonly ('certificate' | 'trust')[];
  readonly replaced: Leaf | undefined;
}

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
  async current(now: Date): Promise<SvidCheck | undefined> {
    const [identity, trust] = await this.read();
    return identity === undefined || trust === undefined ? undefined : this.check({ ...identity, trustBundle: trust }, now);
  }

  /** Writes a certificate in the place of what is there. Throws a Failure that says why not. */
  async install(svid: X509Svid, now: Date): Promise<Installed> {
    const checked = checkSvid(svid, { identity: this.identity, now });
    if (!checked.ok) throw new BadCertificate(checked.refusal.reason, checked.refusal.message);
    const { leaf } = checked;
    const [identityNow, trustNow] = await this.read();
    const current =
      identityNow === undefined || trustNow === undefined ? undefined : this.check({ ...identityNow, trustBundle: trustNow }, now);
    const { identityFile, trustFile } = this.format;
    const newTrust = trustNow === undefined || trustFile(trustNow) !== trustFile(svid.trustBundle);
    const newIdentity = identityNow === undefined || identityFile(identityNow) !== identityFile(svid);
    const replaced = current?.ok === true ? current.leaf : undefined;
    const changed = [...(newTrust ? ['trust' as const] : []), ...(newIdentity ? ['certificate' as const] : [])];
    // Trust first: others may present certificates of the new authority already.
    if (
      newTrust &&
      newIdentity &&
      identityNow !== undefined &&
      trustNow !== undefined &&
      !this.check({ ...identityNow, trustBundle: svid.trustBundle }, now).ok
    ) {
      // The certificate in use is not of the new authority: for the moment until it is replaced, both are trusted.
      await replaceFile(this.files, this.paths.trust, trustFile(joined(svid.trustBundle, trustNow)));
      await replaceFile(this.files, this.paths.identity, identityFile(svid));
      await replaceFile(this.files, this.paths.trust, trustFile(svid.trustBundle));
      return { leaf, changed, replaced };
    }
    if (newTrust) await replaceFile(this.files, this.paths.trust, trustFile(svid.trustBundle));
    if (newIdentity) await replaceFile(this.files, this.paths.identity, identityFile(svid));
    return { leaf, changed, replaced };
  }

  private async read(): Promise<readonly [IdentityMaterial | undefined, string | undefined]> {
    const { identityIn, trustIn } = this.format;
    const identity = await readFileIfAny(this.files, this.paths.identity);
    const trust = await readFileIfAny(this.files, this.paths.trust);
    return [identity === undefined ? undefined : identityIn(identity), trust === undefined ? undefined : trustIn(trust)];
  }

  private check(parts: Omit<X509Svid, 'identity'>, now: Date): SvidCheck {
    return checkSvid({ identity: this.identity, ...parts }, { identity: this.identity, now });
  }
}

function joined(...bundles: readonly string[]): string {
  const roots = bundles.flatMap((bundle) => (readPemCertificates(bundle) ?? []).map((root) => root.toString().trim()));
  return `${[...new Set(roots)].join('\n')}\n`;
}
