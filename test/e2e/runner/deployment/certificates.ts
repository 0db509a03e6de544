import { X509Certificate } from 'node:crypto';
import { EncryptCommand } from '@aws-sdk/client-kms';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { ClientConfiguration } from '../../../../lib/core/contract/client';
import type { MeshVariable, MeshVariables } from '../../../../lib/core/contract/agent';
import type { IssuingAnswer, IssuingRequest, ProofContent } from '../../../../lib/core/contract/issuing';
import { proofContext } from '../../../../lib/core/contract/issuing';
import type { X509Svid } from '../../../../programs/shared/svid';
import { makeCertificateRequest } from '../../../../programs/shared/x509/certificate-request';
import { leafNamesOf } from '../../../../programs/shared/x509/leaf-names';
import { sharedVariablesOf, taskConfigOf } from '../../../support/task-config';
import type { AwsEmulator, Clients } from '../../../../programs/emulator/aws/emulator';
import type { TaskModel } from '../../../../programs/emulator/template/system';
import type { Deployment } from '../../../../programs/emulator/deployment/deployment';

/** What the issuing function logs of a certificate. */
export interface IssuedCertificate {
  readonly identity: string;
  /** In lower case, as Envoy's `/certs` has it. */
  readonly serialNumber: string;
  /** The name of the authority that issued it. */
  readonly issuer: string;
  /** The ARN of the task, if it said so. */
  readonly task?: string;
}

/** Who the tasks of a service are to AWS. */
export interface ServiceAgent {
  readonly identity: string;
  /** Of the mesh: see lib/core/contract/scope.ts. */
  readonly scope: string;
  readonly identityKeyArn: string;
  readonly issuerArn: string;
  /** With what their role allows. */
  readonly clients: Clients;
}

/** The certificates of the services, as the issuing function makes them. */
export class Certificates {
  constructor(
    private readonly deployment: Deployment,
    private readonly aws: AwsEmulator,
    private readonly taskOf: (service: string) => TaskModel,
  ) {}

  /** As a task of the service would have to do it: with its role, and the key and function that its agent is told. */
  agentOf(service: string): ServiceAgent {
    const { containers, role } = this.taskOf(service);
    const variable = (name: MeshVariable): string => {
      const told = containers.map(({ environment }): MeshVariables => ({ ...sharedVariablesOf(environment), ...environment }));
      const [value = taskConfigOf(containers).variables[name]] = told.flatMap((variables) => variables[name] ?? []);
      if (value === undefined) throw new Error(`no container of "${service}" has ${name}`);
      return value;
    };
    return {
      identity: variable('MESH_IDENTITY'),
      scope: variable('MESH_SCOPE'),
      identityKeyArn: variable('MESH_IDENTITY_KEY_ARN'),
      issuerArn: variable('MESH_ISSUER_ARN'),
      clients: this.aws.clients(this.deployment.principal(service, role)),
    };
  }

  /** A client outside of the mesh, in its role. @param configuration what its handle says, with what only a deployment knows filled in */
  clientOf(role: string, configuration: ClientConfiguration): ServiceAgent {
    return { ...configuration, clients: this.aws.clients(this.deployment.principal(role, role)) };
  }

  /** A certificate like those that the tasks of a service have, which is none of theirs. */
  async issue(service: string): Promise<X509Svid> {
    return this.issueTo(this.agentOf(service));
  }

  /** A certificate for whoever acts in a role. @throws Error if it gets none */
  async issueTo({ identity, scope, identityKeyArn, issuerArn, clients }: ServiceAgent): Promise<X509Svid> {
    const { csr, keyHash, privateKey } = await makeCertificateRequest(leafNamesOf(identity));
    const content: ProofContent = { keyHash, issuedAt: new Date().toISOString() };
    const { CiphertextBlob: proof = new Uint8Array() } = await clients.kms.send(
      new EncryptCommand({
        KeyId: identityKeyArn,
        Plaintext: Buffer.from(JSON.stringify(content)),
        EncryptionContext: { ...proofContext(scope, identity) },
      }),
    );
    const request: IssuingRequest = { action: 'issue', identity, csr, proof: Buffer.from(proof).toString('base64') };
    const { Payload: payload } = await clients.lambda.send(
      new InvokeCommand({ FunctionName: issuerArn, Payload: Buffer.from(JSON.stringify(request)) }),
    );
    const text = new TextDecoder().decode(payload);
    const answer = JSON.parse(text) as IssuingAnswer;
    if (answer.outcome !== 'issued') throw new Error(`${identity} gets no certificate: ${text}`);
    return { identity, privateKey: privateKey.reveal(), certificateChain: answer.certificateChain, trustBundle: answer.trustBundle };
  }

  /** All that were issued for a service or for all of them, oldest first. */
  issued(service?: string): readonly IssuedCertificate[] {
    const identity = service === undefined ? undefined : this.agentOf(service).identity;
    return this.log
      .map((line) => JSON.parse(line) as IssuedCertificate & { readonly message: string })
      .filter((entry) => entry.message === 'certificate-issued' && (identity === undefined || entry.identity === identity))
      .map((entry) => ({ ...entry, serialNumber: entry.serialNumber.toLowerCase() }));
  }

  /** What was issued last to a task; undefined if there was nothing. */
  lastOf(task: string | { readonly id: string }): IssuedCertificate | undefined {
    const id = typeof task === 'string' ? task : task.id;
    return this.issued()
      .filter(({ task: arn = '' }) => arn.endsWith(`/${id}`))
      .at(-1);
  }

  /** The serial number of that, in lower case. */
  serialOf(task: string | { readonly id: string }): string | undefined {
    return this.lastOf(task)?.serialNumber;
  }

  /** Lets the clock of the issuing function be ahead of that of the tasks, or behind it: one of the two is wrong. */
  setClockAhead(ms: number): void {
    this.deployment.clockAheadMs = ms;
  }

  /** What the functions logged. */
  get log(): readonly string[] {
    return this.deployment.log;
  }
}

/** In lower case. */
export function serialOf({ certificateChain }: Pick<X509Svid, 'certificateChain'>): string {
  return new X509Certificate(certificateChain).serialNumber.toLowerCase();
}
