import { EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import { proofContext, type IssuingAnswer, type IssuingRequest, type ProofContent } from '../../../../lib/core/contract/issuing';
import { svidSource, type SvidSource } from '../../../../programs/agent/certificate/issuing';
import type { IssuerConfiguration } from '../../../../programs/functions/certificate-issuer/configuration';
import { issuerHandler } from '../../../../programs/functions/certificate-issuer/handler';
import type { Signer } from '../../../../programs/functions/x509/signer';
import { jsonLog } from '../../../../programs/shared/log';
import { makeCertificateRequest } from '../../../../programs/shared/x509/certificate-request';
import { leafNamesOf } from '../../../../programs/shared/x509/leaf-names';
import { identityOf, SCOPE, TRUST_DOMAIN, type AnyTestAuthority, type TestAuthority } from './authorities';
import type { CallHooks } from '../../../../programs/emulator/aws/fake-aws';
import { FakeKms } from '../../../../programs/emulator/aws/fake-kms';
import { FakePrivateCa } from './fake-private-ca';

export interface AuthoritiesOfMesh {
  readonly authorities: readonly AnyTestAuthority[];
  readonly issuer: AnyTestAuthority;
}

export function issuedBy(issuer: AnyTestAuthority, ...others: readonly AnyTestAuthority[]): AuthoritiesOfMesh {
  return { authorities: [issuer, ...others], issuer };
}

/** What a proof says, and how it is made. */
export interface ProofOptions extends Partial<ProofContent> {
  readonly keyHash: string;
  /** @default - that of the mesh and of orders */
  readonly context?: Readonly<Record<string, string>> | undefined;
  /** @default - the key of the mesh */
  readonly keyArn?: string;
  /** Instead of what a proof holds. */
  readonly plaintext?: string;
}

export type IssueRequest = Extract<IssuingRequest, { readonly action: 'issue' }>;
export type LogLine = Readonly<Record<string, unknown>>;

export const TASK = 'arn:aws:ecs:eu-west-1:111111111111:task/shop/0123456789abcdef';
export const PROOF_REQUEST_ID = '11111111-2222-3333-4444-555555555555';

/** KMS, AWS Private CA, the issuing function, its clock and its environment, and tasks: everything that a certificate takes. */
export class IssuerHarness {
  readonly kms = new FakeKms();
  readonly identityKeyArn = this.kms.createSymmetricKey();
  readonly privateCa: FakePrivateCa;
  /** How long the function waited for something, in milliseconds. */
  readonly pauses: number[] = [];
  readonly lines: string[] = [];
  /** Of the function. */
  calls: string[] = [];
  /** What calls of the function meet. */
  hooks: CallHooks = {};
  /** What a task got last. */
  answer: IssuingAnswer | undefined;
  private clock: number;
  private readonly taskKms: KMSClient = this.kms.client();
  private readonly handler: (event: unknown) => Promise<IssuingAnswer>;

  /** @param environment what the function is told; may be set anew, as by a deployment */
  constructor(
    start: Date,
    public environment: AuthoritiesOfMesh,
    attempts = 1,
  ) {
    this.clock = start.getTime();
    this.privateCa = new FakePrivateCa(
      () => this.now(),
      () => this.environment.authorities.flatMap((authority) => ('ca' in authority ? [authority.ca] : [])),
    );
    const hooks: CallHooks = {
      before: (operation) => {
        this.calls.push(operation);
        this.hooks.before?.(operation);
      },
      after: (operation) => this.hooks.after?.(operation),
    };
    this.handler = issuerHandler({
      kms: this.kms.client(hooks, attempts),
      acmPca: this.privateCa.client(hooks, attempts),
      signerOf: (authority) => observed((authority as TestAuthority).signer, hooks),
      configuration: () => this.configuration(),
      pause: (milliseconds) => {
        this.pauses.push(milliseconds);
        return Promise.resolve();
      },
      now: () => this.now(),
      log: jsonLog((line) => this.lines.push(line)),
    });
  }

  /** May be replaced, by something that throws as well. */
  configuration: () => IssuerConfiguration = () => ({
    ...this.environment,
    trustDomain: TRUST_DOMAIN,
    scope: SCOPE,
    identityKeyArn: this.identityKeyArn,
  });

  now(): Date {
    return new Date(this.clock);
  }

  advance(milliseconds: number): void {
    this.clock += milliseconds;
  }

  log(): readonly LogLine[] {
    return this.lines.map((line) => JSON.parse(line) as LogLine);
  }

  /** As Lambda does it: everything is JSON. */
  async invoke(event: unknown): Promise<IssuingAnswer> {
    const answer = await this.handler(JSON.parse(JSON.stringify(event) ?? 'null'));
    this.answer = JSON.parse(JSON.stringify(answer)) as IssuingAnswer;
    return this.answer;
  }

  /** A ciphertext of KMS, in base64. */
  async prove({ context = proofContext(SCOPE, identityOf('orders')), keyArn = this.identityKeyArn, plaintext, ...content }: ProofOptions) {
    const { CiphertextBlob: ciphertext } = await this.taskKms.send(
      new EncryptCommand({
        KeyId: keyArn,
        Plaintext: Buffer.from(plaintext ?? JSON.stringify({ issuedAt: this.now().toISOString(), task: TASK, ...content })),
        EncryptionContext: context,
      }),
    );
    return Buffer.from(ciphertext ?? []).toString('base64');
  }

  /** As a task makes it; `more` changes it. */
  async request(more: Partial<IssueRequest> = {}, proof: Partial<ProofOptions> = {}): Promise<IssueRequest> {
    const identity = more.identity ?? identityOf('orders');
    const { csr, keyHash } = await makeCertificateRequest(leafNamesOf(identity));
    return {
      action: 'issue',
      identity,
      csr,
      proof: more.proof ?? (await this.prove({ keyHash, context: proofContext(SCOPE, identity), ...proof })),
      proofRequestId: PROOF_REQUEST_ID,
      ...more,
    };
  }

  /** The agent of a task, with the clock of the function. */
  task(service: string): SvidSource {
    return svidSource({
      clock: { now: () => this.clock, sleep: () => Promise.reject(new Error('nobody sleeps here')) },
      identity: identityOf(service),
      scope: SCOPE,
      key: {
        encrypt: async (plaintext, context) => ({
          ciphertext: await this.prove({ keyHash: '', plaintext, context }),
          requestId: PROOF_REQUEST_ID,
        }),
      },
      issuer: { invoke: async (request) => JSON.stringify(await this.invoke(request)) },
      task: () => Promise.resolve(TASK),
    });
  }
}

/** Which authority is asked shows; KMS is a call to AWS as well. */
function observed(signer: Signer, hooks: CallHooks): Signer {
  return {
    async sign(bytes) {
      hooks.before?.('Sign');
      const signature = await signer.sign(bytes);
      hooks.after?.('Sign');
      return signature;
    },
  };
}
