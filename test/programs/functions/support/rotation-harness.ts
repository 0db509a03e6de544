import type { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STEPS, type Step } from '../../../../programs/functions/certificate-rotation/rotation-event';
import type { RotationConfiguration } from '../../../../programs/functions/certificate-rotation/configuration';
import { rotationHandler } from '../../../../programs/functions/certificate-rotation/handler';
import { DNS_NAME_TAG, IDENTITY_TAG } from '../../../../lib/core/contract/rotation';
import { jsonLog } from '../../../../programs/shared/log';
import type { Signer } from '../../../../programs/functions/x509/signer';
import { readCertificateSecret, type CertificateSecretReading } from '../../../../programs/shared/certificate-secret';
import { identityOf, TRUST_DOMAIN, type TestAuthority } from './authorities';
import { Crash, type CallHooks } from './fake-aws';
import { FakePrivateCa } from './fake-private-ca';
import { FakeSecretsManager } from './fake-secrets-manager';
import type { PrivateTestAuthority } from './private-authorities';

export type AnyTestAuthority = TestAuthority | PrivateTestAuthority;

/** When the next invocation dies: at its nth call to AWS, before the call is made or before its answer arrives. */
export interface CrashPoint {
  readonly call: number;
  readonly when: 'before' | 'after';
}

interface Clients {
  readonly secretsManager: SecretsManagerClient;
  readonly acmPca: ACMPCAClient;
}

/** Secrets Manager, AWS Private CA, the function, its clock and its environment: everything that a rotation takes. */
export class RotationHarness {
  readonly secretsManager: FakeSecretsManager;
  readonly privateCa: FakePrivateCa;
  /** How long the function waited for something, in milliseconds. */
  readonly pauses: number[] = [];
  readonly lines: string[] = [];
  calls: string[] = [];
  private clock: number;
  /** One for each number of attempts, like those that a warm function keeps; what a call shall meet changes. */
  private readonly clients = new Map<number, Clients & { hooks: CallHooks }>();

  constructor(
    start: Date,
    public configuration: RotationConfiguration,
  ) {
    this.clock = start.getTime();
    this.secretsManager = new FakeSecretsManager(() => this.now());
    this.privateCa = new FakePrivateCa(
      () => this.now(),
      () => this.configuration.authorities.flatMap((authority) => ('ca' in authority ? [(authority as PrivateTestAuthority).ca] : [])),
    );
  }

  now(): Date {
    return new Date(this.clock);
  }

  advance(milliseconds: number): void {
    this.clock += milliseconds;
  }

  createSecret(service: string, text?: string): string {
    return this.secretsManager.create(service, tagsOf(service), text);
  }

  /** One invocation of the function. */
  async invoke(arn: string, step: Step, version: string, crash?: CrashPoint, hooks: CallHooks = {}, attempts = 1): Promise<void> {
    let calls = 0;
    const at = (when: CrashPoint['when']): void => {
      if (crash?.call === calls && crash.when === when) throw new Crash();
    };
    const before = (operation: string): void => {
      hooks.before?.(operation);
      calls += 1;
      this.calls.push(operation);
      at('before');
    };
    const after = (operation: string): void => {
      hooks.after?.(operation);
      at('after');
    };
    await rotationHandler({
      ...this.clientsWith({ before, after }, attempts),
      configuration: () => this.configuration,
      signerOf: (authority) => crashing((authority as TestAuthority).signer, before, after),
      pause: (milliseconds) => {
        this.pauses.push(milliseconds);
        return Promise.resolve();
      },
      now: () => this.now(),
      log: (context) => jsonLog((line) => this.lines.push(line), context),
    })({ Step: step, SecretId: arn, ClientRequestToken: version });
  }

  async rotate(arn: string): Promise<string> {
    const version = this.secretsManager.startRotation(arn);
    for (const step of STEPS) await this.invoke(arn, step, version);
    return version;
  }

  private clientsWith(hooks: CallHooks, attempts: number): Clients {
    const known = this.clients.get(attempts);
    if (known !== undefined) {
      known.hooks = hooks;
      return known;
    }
    const current: CallHooks = {
      before: (operation) => made.hooks.before?.(operation),
      after: (operation) => made.hooks.after?.(operation),
    };
    const made = { hooks, secretsManager: this.secretsManager.client(current, attempts), acmPca: this.privateCa.client(current, attempts) };
    this.clients.set(attempts, made);
    return made;
  }

  /** What a task would make of the current version; undefined if there is none. */
  current(arn: string, service: string): CertificateSecretReading | undefined {
    const current = this.secretsManager.stage(arn, 'AWSCURRENT');
    return current === undefined
      ? undefined
      : readCertificateSecret(current.text ?? '', { identity: identityOf(service), now: this.now() });
  }
}

export function tagsOf(service: string): Readonly<Record<string, string>> {
  return { [IDENTITY_TAG]: identityOf(service), [DNS_NAME_TAG]: `${service}.shop.internal` };
}

export function configurationOf(issuer: AnyTestAuthority, ...others: readonly AnyTestAuthority[]): RotationConfiguration {
  return { authorities: [issuer, ...others], issuer, trustDomain: TRUST_DOMAIN };
}

/** KMS is a call to AWS as well. */
function crashing(signer: Signer, before: (operation: string) => void, after: (operation: string) => void): Signer {
  return {
    async sign(bytes) {
      before('Sign');
      const signature = await signer.sign(bytes);
      after('Sign');
      return signature;
    },
  };
}
