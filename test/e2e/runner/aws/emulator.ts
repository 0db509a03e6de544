import { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { FakeKms } from '../../../programs/functions/support/fake-kms';
import { FakeSecretsManager } from '../../../programs/functions/support/fake-secrets-manager';
import type { CloudMap } from '../cloud-map';
import { cloudMapApi } from './cloud-map-api';
import { kmsBackend, secretsManagerBackend } from './fakes';
import { Parameters, parametersBackend } from './parameters';
import type { Statement } from './policy';
import type { Answer, AnswerOrFault, Fields, Principal } from './service';
import { AwsService, failed } from './service';

/** The services of AWS that tasks and functions call. Everybody gets what the policies of the template allow, and nothing else. */
export class AwsEmulator {
  /** What they hold. */
  readonly secrets = new FakeSecretsManager(() => new Date());
  readonly keys = new FakeKms();
  /** By the ARN of the key. */
  readonly keyPolicies = new Map<string, readonly Statement[]>();
  readonly parameters = new Parameters();
  readonly secretsManager = new AwsService(secretsManagerBackend(this.secrets));
  readonly kms = new AwsService(kmsBackend(this.keys, this.keyPolicies));
  readonly systemsManager: AwsService;
  private discovery: AwsService | undefined;

  /** @param place `<region>:<account>` */
  constructor(place: string) {
    this.systemsManager = new AwsService(parametersBackend(this.parameters, place));
  }

  /** Cloud Map comes with the network, after the deployment. */
  connect(cloudMap: CloudMap): void {
    this.discovery = new AwsService(cloudMapApi(cloudMap));
  }

  get cloudMap(): AwsService {
    if (this.discovery === undefined) throw new Error('there is no Cloud Map yet');
    return this.discovery;
  }

  /** @param target the header that says what is called, such as `secretsmanager.GetSecretValue` */
  async answer(principal: Principal, target: string, input: Fields): Promise<AnswerOrFault> {
    const { service, operation } = this.find(target);
    return service?.callFromTask(principal, operation, input) ?? unknown(target);
  }

  /** The clients of a function with a role of its own. There is no AWS Private CA here: it knows no operation. */
  clients(principal: Principal): { readonly secretsManager: SecretsManagerClient; readonly kms: KMSClient; readonly acmPca: ACMPCAClient } {
    const settings = {
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      requestHandler: {
        metadata: { handlerProtocol: 'http/1.1' },
        handle: async (request: { readonly headers: Readonly<Record<string, string>>; readonly body?: unknown }) => {
          const { service, operation } = this.find(request.headers['x-amz-target'] ?? '');
          const answer = (await service?.call(principal, operation, JSON.parse(textOf(request.body)) as Fields)) ?? unknown(operation);
          return {
            response: {
              statusCode: answer.status,
              headers: { 'content-type': 'application/x-amz-json-1.1' },
              body: new TextEncoder().encode(answer.body),
            },
          };
        },
        destroy: () => undefined,
      },
    };
    return { secretsManager: new SecretsManagerClient(settings), kms: new KMSClient(settings), acmPca: new ACMPCAClient(settings) };
  }

  close(): void {
    for (const service of [this.secretsManager, this.kms, this.systemsManager, this.discovery]) service?.close();
  }

  private find(target: string): { readonly service: AwsService | undefined; readonly operation: string } {
    const [name = '', operation = ''] = target.split('.');
    const services: Readonly<Record<string, AwsService | undefined>> = {
      secretsmanager: this.secretsManager,
      TrentService: this.kms,
      AmazonSSM: this.systemsManager,
      Route53AutoNaming_v20170314: this.discovery,
    };
    return { service: services[name], operation };
  }
}

function unknown(target: string): Answer {
  return failed('UnknownOperationException', `the runner has no ${target}`);
}

function textOf(body: unknown): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body);
}
