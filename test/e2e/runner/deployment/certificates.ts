import { X509Certificate } from 'node:crypto';
import type { CertificateSecret } from '../../../../programs/shared/certificate-secret';
import { certificateSecretIn } from '../../../../programs/shared/certificate-secret';
import type { AwsEmulator } from '../aws/emulator';
import type { TaskModel } from '../system';
import type { Deployment } from './deployment';

const SECRET_VARIABLE = 'MESH_SECRET_ARN';

/** The certificates of the services, as the secrets hold them. */
export class Certificates {
  constructor(
    private readonly deployment: Deployment,
    private readonly aws: AwsEmulator,
    private readonly taskOf: (service: string) => TaskModel,
  ) {}

  /** The secret that a service's tasks read. */
  secretOf(service: string): string {
    const arns = this.taskOf(service)
      .containers.map(({ environment }) => environment[SECRET_VARIABLE])
      .filter((arn) => arn !== undefined);
    const [arn] = arns;
    if (arn === undefined) throw new Error(`no container of "${service}" has ${SECRET_VARIABLE}`);
    return arn;
  }

  /** Lets Secrets Manager rotate the secret of a service, and returns what is current then. */
  async rotate(service: string): Promise<CertificateSecret> {
    await this.deployment.rotate(this.secretOf(service));
    const current = this.current(service);
    if (current === undefined) throw new Error(`the rotation has left the secret of "${service}" without a certificate`);
    return current;
  }

  /** Rotates all secrets that have a schedule, one after the other. */
  async rotateAll(): Promise<void> {
    for (const secret of this.deployment.rotated) await this.deployment.rotate(secret);
  }

  /** The current certificate of a service; undefined while the secret holds something else. */
  current(service: string): CertificateSecret | undefined {
    return certificateSecretIn(this.aws.secrets.stage(this.secretOf(service), 'AWSCURRENT')?.text ?? '');
  }

  /** The serial number of the current certificate, in lower case, as Envoy's `/certs` has it. */
  serial(service: string): string {
    const current = this.current(service);
    if (current === undefined) throw new Error(`the secret of "${service}" holds no certificate`);
    return serialOf(current);
  }

  /** Makes any text the current content of a secret, as a person could. */
  put(service: string, content: string | CertificateSecret): void {
    this.aws.secrets.put(this.secretOf(service), typeof content === 'string' ? content : JSON.stringify(content));
  }

  /** What the functions logged. */
  get log(): readonly string[] {
    return this.deployment.log;
  }
}

export function serialOf({ certificateChain }: CertificateSecret): string {
  return new X509Certificate(certificateChain).serialNumber.toLowerCase();
}
