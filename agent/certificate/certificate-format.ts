import type { IdentityMaterial, SdsPaths } from './sds';

/** How a certificate stands on the disk. */
export interface CertificateFormat {
  paths(directory: string): SdsPaths;
  identityFile(material: IdentityMaterial): string;
  trustFile(trustBundle: string): string;
  /** Undefined for anything that this agent did not write. */
  identityIn(text: string): IdentityMaterial | undefined;
  trustIn(text: string): string | undefined;
}
