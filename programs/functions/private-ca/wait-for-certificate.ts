import { GetCertificateCommand, type ACMPCAClient, type GetCertificateCommandOutput } from '@aws-sdk/client-acm-pca';
import { retry, type Pause } from '../retry';

/** Most are there after the first; half a minute in all, of the time that the function may run. */
const PAUSES_MS = [250, 500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000];
const IN_PROGRESS = 'RequestInProgressException';

/** Not by the SDK's waiter: that also waits on errors that stay, and hides them. */
export async function waitForCertificate(
  acmPca: ACMPCAClient,
  authorityArn: string,
  certificateArn: string,
  pause: Pause,
): Promise<GetCertificateCommandOutput> {
  const command = new GetCertificateCommand({ CertificateAuthorityArn: authorityArn, CertificateArn: certificateArn });
  try {
    return await retry(() => acmPca.send(command), { pauses: PAUSES_MS, isTemporary: (error) => error.name === IN_PROGRESS, pause });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== IN_PROGRESS) throw error;
    const seconds = Math.round(PAUSES_MS.reduce((sum, each) => sum + each, 0) / 1000);
    throw new Error(`AWS Private CA has not issued ${certificateArn} within ${seconds} seconds`, { cause: error });
  }
}
