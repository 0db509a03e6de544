import { certificateSecretIn, type Leaf } from '../../shared/certificate-secret';
import type { Log } from '../../shared/log';
import type { RotationConfiguration } from './configuration';
import type { IssuingClients } from './issue-chain';
import { newCertificateSecret } from './new-certificate';
import { readPendingCertificate } from './pending-certificate';
import type { SecretOwner } from './secret-owner';
import type { SecretVersions } from './secret-versions';

export interface Rotation {
  readonly secret: SecretVersions;
  /** Secrets Manager's ClientRequestToken: the ID of the version that becomes the current one. */
  readonly version: string;
  readonly owner: SecretOwner;
  readonly configuration: RotationConfiguration;
  readonly clients: IssuingClients;
  readonly now: () => Date;
  readonly log: Log;
}

/** Gives the pending version its content, unless an earlier run of this step already did. */
export async function createSecret(rotation: Rotation): Promise<void> {
  const { secret, version, owner, configuration, log } = rotation;
  if ((await secret.pending(version)) !== undefined) {
    await checkPending(rotation);
    log.info('certificate-kept');
    return;
  }
  await assertSameIdentity(rotation);
  const content = await newCertificateSecret(
    { issuer: configuration.issuer, owner, version, now: rotation.now() },
    configuration.authorities,
    rotation.clients,
  );
  // Before it is stored, so that a wrong key or configuration leaves no trace.
  const reading = readPendingCertificate({ text: content.reveal(), createdAt: rotation.now() }, owner, configuration, rotation.now());
  if (!reading.ok) throw new Error(`the new certificate is refused: ${reading.message}`);
  if (await secret.putPending(version, content)) log.info('certificate-issued', leafFields(reading.leaf));
  else await checkPending(rotation);
}

/** Nothing to do: a certificate is not set in any other system. */
export function setSecret({ log }: Rotation): Promise<void> {
  log.info('nothing-to-set');
  return Promise.resolve();
}

export async function testSecret(rotation: Rotation): Promise<void> {
  rotation.log.info('certificate-accepted', leafFields(await checkPending(rotation)));
}

/** Checks once more: days may lie between the steps if a rotation was interrupted. */
export async function finishSecret(rotation: Rotation, current: string | undefined): Promise<void> {
  const leaf = await checkPending(rotation);
  await rotation.secret.promote(rotation.version, current);
  rotation.log.info('certificate-promoted', leafFields(leaf));
}

/**
 * A version's content can never be changed, so what must not become current is abandoned; otherwise Secrets Manager
 * would take up this same version forever. The rotation fails, and the next one makes a new version.
 */
async function checkPending({ secret, version, owner, configuration, now, log }: Rotation): Promise<Leaf> {
  const content = await secret.pending(version);
  if (content === undefined) throw new Error('the pending version has no content: createSecret has not run');
  const reading = readPendingCertificate(content, owner, configuration, now());
  if (reading.ok) return reading.leaf;
  log.error('certificate-refused', { reason: reading.reason, why: reading.message });
  await secret.abandon(version);
  throw new Error(`the pending certificate is abandoned, rotate again to get a new one: ${reading.message}`);
}

/** Who may change a secret's tags must not be able to turn one service into another. */
async function assertSameIdentity({ secret, owner }: Rotation): Promise<void> {
  const current = certificateSecretIn((await secret.current())?.text ?? '');
  if (current !== undefined && current.identity !== owner.identity) {
    throw new Error(
      `the secret holds a certificate of ${current.identity} and its tags say ${owner.identity}: a secret keeps ` +
        'its identity; make a new secret for another one',
    );
  }
}

function leafFields(leaf: Leaf): {
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly fingerprint: string;
} {
  return { ...leaf, notBefore: leaf.notBefore.toISOString(), notAfter: leaf.notAfter.toISOString() };
}
