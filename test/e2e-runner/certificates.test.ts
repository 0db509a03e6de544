import { X509Certificate } from 'node:crypto';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { Certificates as MeshCertificates } from '../../lib';
import type { IssuingRequest } from '../../lib/core/contract/issuing';
import { checkSvid } from '../../programs/shared/svid';
import { AwsEmulator } from '../../programs/emulator/aws/emulator';
import { Certificates, serialOf } from '../e2e/runner/deployment/certificates';
import { Deployment } from '../../programs/emulator/deployment/deployment';
import type { Json, JsonObject, Template } from '../../programs/emulator/template/intrinsics';
import { isObject } from '../../programs/emulator/template/intrinsics';
import { readTemplate } from '../../programs/emulator/template/read-template';
import { image, synthesize } from '../e2e/systems/synthesize';

const IDENTITY = 'spiffe://shop.internal/ui';

describe('the certificates of a mesh that is deployed', () => {
  const withAuthorities = (...authorities: string[]): Template =>
    synthesize({
      services: { ui: { image: image('app'), port: 8080, calls: ['orders'] }, orders: { image: image('app'), port: 8080 } },
      certificates: MeshCertificates.kms({ authorities, issuer: 'main' }),
    });
  const template = withAuthorities('main');
  const aws = new AwsEmulator('eu-west-1:123456789012');
  const deployment = new Deployment(aws, {});
  const certificates = new Certificates(deployment, aws, (name) => {
    const found = readTemplate(deployment.template, deployment.values).services.find((service) => service.name === name);
    if (found === undefined) throw new Error(`no service ${name}`);
    return found.task;
  });
  beforeAll(async () => deployment.deploy(template));
  afterEach(() => {
    aws.kms.functionFault = undefined;
    aws.lambda.functionFault = undefined;
  });
  const invoke = async (service: string, request: IssuingRequest): Promise<unknown> => {
    const { clients, issuerArn } = certificates.agentOf(service);
    const { Payload: payload } = await clients.lambda.send(
      new InvokeCommand({ FunctionName: issuerArn, Payload: Buffer.from(JSON.stringify(request)) }),
    );
    return JSON.parse(new TextDecoder().decode(payload));
  };

  test('are for the services, and are what an agent takes', async () => {
    const svid = await certificates.issue('ui');
    expect(checkSvid(svid, { identity: IDENTITY, now: new Date() })).toMatchObject({ ok: true });
    expect(new X509Certificate(svid.certificateChain).subjectAltName).toBe(`URI:${IDENTITY}, DNS:ui.shop.internal`);
  });

  test('are in the log of the function', async () => {
    const [ui, orders] = [await certificates.issue('ui'), await certificates.issue('orders')];
    expect(certificates.issued('ui').at(-1)).toMatchObject({ identity: IDENTITY, serialNumber: serialOf(ui), issuer: 'main' });
    expect(certificates.issued('orders')).toHaveLength(1);
    expect(certificates.issued().at(-1)).toMatchObject({ serialNumber: serialOf(orders) });
  });

  test('are those of tasks, if tasks say so', () => {
    expect(certificates.serialOf('ui-1')).toBeUndefined();
    const line = (task: string | undefined, serialNumber: string): string =>
      JSON.stringify({ message: 'certificate-issued', identity: IDENTITY, task, serialNumber });
    deployment.log.push(
      line('arn:aws:ecs:eu-west-1:123456789012:task/e2e/ui-1', '0A'),
      line('arn:aws:ecs:eu-west-1:123456789012:task/e2e/ui-11', '0B'),
      line('arn:aws:ecs:eu-west-1:123456789012:task/e2e/ui-1', '0C'),
      line(undefined, '0D'),
    );
    expect([certificates.serialOf('ui-1'), certificates.serialOf({ id: 'ui-11' })]).toEqual(['0c', '0b']);
  });

  test('are none if the function cannot use a key, or nobody reaches it', async () => {
    const before = certificates.issued().length;
    aws.kms.functionFault = ({ operation }) => (operation === 'Sign' ? { error: 'KMSInternalException', status: 400 } : undefined);
    await expect(certificates.issue('ui')).rejects.toThrow('KMSInternalException');
    aws.kms.functionFault = undefined;
    aws.lambda.functionFault = { error: 'ServiceException', status: 400 };
    await expect(certificates.issue('ui')).rejects.toThrow('ServiceException');
    expect(certificates.issued()).toHaveLength(before);
  });

  test('are made by nobody else whom a task can invoke', async () => {
    const { clients } = certificates.agentOf('ui');
    const functions = Object.entries(template.Resources ?? {}).filter(([, { Type: type }]) => type === 'AWS::Lambda::Function');
    const outcomes = await Promise.all(
      functions.map(async ([id]) =>
        clients.lambda.send(new InvokeCommand({ FunctionName: deployment.values[`${id}.Arn`] })).then(
          () => id,
          (error: unknown) => (error as Error).name,
        ),
      ),
    );
    expect(functions.length).toBeGreaterThan(2);
    expect(outcomes.filter((outcome) => outcome !== 'AccessDeniedException')).toEqual([expect.stringMatching(/^ShopCertificatesIssuer/)]);
  });

  test('come of the environment that is deployed', async () => {
    const before = await invoke('ui', { action: 'authorities' });
    expect(await invoke('ui', { action: 'authorities' })).toEqual(before);
    await deployment.deploy(withAuthorities('main', 'next'));
    expect(await invoke('ui', { action: 'authorities' })).not.toEqual(before);
  });

  test('fail if the key of the authority does not name the function', async () => {
    const resources = Object.entries(deployment.template.Resources ?? {}).map(([id, resource]) => {
      const { KeyPolicy: policy, KeySpec: spec } = resource.Properties ?? {};
      if (spec === undefined || !isObject(policy)) return [id, resource] as const;
      const statements = (policy['Statement'] as readonly JsonObject[]).filter(({ Sid: sid }) => sid !== 'CertificatesAreIssued');
      const changed: Json = { ...policy, Statement: statements };
      return [id, { ...resource, Properties: { ...resource.Properties, KeyPolicy: changed } }] as const;
    });
    await deployment.deploy({ ...deployment.template, Resources: Object.fromEntries(resources) });
    await expect(certificates.issue('ui')).rejects.toThrow('not authorized to perform: kms:Sign');
  });
});
