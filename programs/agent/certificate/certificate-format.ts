import type { IdentityMaterial, SdsPaths } from './sds';

/** How a certificate stands on the disk. */
export interface CertificateFormat {
  readonly paths: (directory: string) => SdsPaths;
  readonly identityFile: (material: IdentityMaterial) => string;
  readonly trustFile: (trustBundle: string) => string;
  /** Undefined for anything that this agent did not write. */
  readonly identityIn: (text: string) => IdentityMaterial | undefined;
  readonly trustIn: (text: string) => string | undefined;
}
