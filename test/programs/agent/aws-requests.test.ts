import { KMSClient, EncryptCommand } from '@aws-sdk/client-kms';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DiscoverInstancesCommand,
  DiscoverInstancesRevisionCommand,
  ServiceDiscoveryClient,
  UpdateInstanceCustomHealthStatusCommand,
} from '@aws-sdk/client-servicediscovery';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { HttpRequest } from '@smithy/core/protocols';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endpointOf, KMS, LAMBDA, SERVICE_DISCOVERY, SYSTEMS_MANAGER, type Api } from '../../../programs/agent/aws/apis';
import { AwsClient, jsonCall } from '../../../programs/agent/aws/client';
import { identityKey } from '../../../programs/agent/aws/identity-key';
import { issuingFunction } from '../../../programs/agent/aws/issuing-function';
import { serviceDiscovery } from '../../../programs/agent/aws/service-discovery';
import { systemsManager } from '../../../programs/agent/aws/systems-manager';
import { IDENTITY } from './authority';
import { CERTIFIED, NAMESPACE, SCOPE } from './fake-world';

const REGION = 'eu-central-1';
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'a secret', AWS_SESSION_TOKEN: 'a token' };
/** What tests set; everything of it is gone for each. */
const VARIABLES = [
  ...Object.keys(KEYS),
  'AWS_ENDPOINT_URL',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
];

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

let server: Server;
let seen: Seen[];
let answer: RequestListener;
const before = VARIABLES.map((name) => [name, process.env[name]] as const);
const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeEach(async () => {
  for (const name of VARIABLES) Reflect.deleteProperty(process.env, name);
  seen = [];
  answer = (_, response) => response.end('{"CiphertextBlob":"AAEC"}');
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers as Record<string, string>, body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  Object.assign(process.env, KEYS, { AWS_ENDPOINT_URL: url() });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  for (const [name, value] of before) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

const sdk = { region: REGION, disableHostPrefix: true };
const service = { namespaceName: NAMESPACE, serviceName: 'catalog' };
const named = { NamespaceName: NAMESPACE, ServiceName: 'catalog' };
const context = { identity: IDENTITY, mesh: SCOPE };

describe("a request is what the SDK's own client of the service sends", () => {
  test.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    [
      'Encrypt',
      async () => identityKey(CERTIFIED.MESH_IDENTITY_KEY_ARN, REGION).encrypt('a proof, ü', context),
      async () =>
        new KMSClient(sdk).send(
          new EncryptCommand({ KeyId: CERTIFIED.MESH_IDENTITY_KEY_ARN, Plaintext: Buffer.from('a proof, ü'), EncryptionContext: context }),
        ),
    ],
    [
      'Invoke',
      async () => issuingFunction(CERTIFIED.MESH_ISSUER_ARN, REGION).invoke({ action: 'authorities' }, 5000),
      async () =>
        new LambdaClient(sdk).send(
          new InvokeCommand({ FunctionName: CERTIFIED.MESH_ISSUER_ARN, Payload: Buffer.from('{"action":"authorities"}') }),
        ),
    ],
    [
      'DiscoverInstancesRevision',
      async () => serviceDiscovery(REGION, process.env).revision(service),
      async () => new ServiceDiscoveryClient(sdk).send(new DiscoverInstancesRevisionCommand(named)),
    ],
    [
      'DiscoverInstances',
      async () => serviceDiscovery(REGION, process.env).discover(service),
      async () =>
        new ServiceDiscoveryClient(sdk).send(
          new DiscoverInstancesCommand({ ...named, MaxResults: 1000, HealthStatus: 'HEALTHY_OR_ELSE_ALL' }),
        ),
    ],
    [
      'UpdateInstanceCustomHealthStatus',
      async () => serviceDiscovery(REGION, process.env).leave('srv-1', 'i-1'),
      async () =>
        new ServiceDiscoveryClient(sdk).send(
          new UpdateInstanceCustomHealthStatusCommand({ ServiceId: 'srv-1', InstanceId: 'i-1', Status: 'UNHEALTHY' }),
        ),
    ],
    [
      'GetParameters',
      async () => systemsManager(REGION).read(['a', 'b']),
      async () => new SSMClient(sdk).send(new GetParametersCommand({ Names: ['a', 'b'] })),
    ],
  ])('%s', async (_, ours, theirs) => {
    await ours();
    await theirs();
    const [mine, its] = seen.map(({ method, path, headers, body }) => ({
      method,
      path: path.replace(/\?.*/, ''),
      body: JSON.parse(body) as unknown,
      type: headers['content-type'],
      target: headers['x-amz-target'],
      host: headers['host'],
      scope: /Credential=[^/]+\/\d+\/([^,]+)/.exec(headers['authorization'] ?? '')?.[1],
      token: headers['x-amz-security-token'],
    }));
    expect(mine).toEqual(its);
    expect(mine.scope).toContain(REGION);
  });
});

test('what arrives is what was signed: host, type, action and body', async () => {
  await issuingFunction(CERTIFIED.MESH_ISSUER_ARN, REGION).invoke({ action: 'authorities' }, 5000);
  const [{ method, path, headers, body }] = seen;
  const [, signedHeaders = ''] = /SignedHeaders=([^,]+)/.exec(headers['authorization']) ?? [];
  expect(signedHeaders.split(';')).toEqual(expect.arrayContaining(['content-type', 'host', 'x-amz-date', 'x-amz-security-token']));
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headers['x-amz-date']) ?? [];
  const again = await new SignatureV4({
    service: 'lambda',
    region: REGION,
    credentials: {
      accessKeyId: KEYS.AWS_ACCESS_KEY_ID,
      secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY,
      sessionToken: KEYS.AWS_SESSION_TOKEN,
    },
    sha256: Hash.bind(null, 'sha256'),
  }).sign(
    new HttpRequest({
      method,
      path,
      hostname: '127.0.0.1',
      headers: Object.fromEntries(
        signedHeaders
          .split(';')
          .filter((name) => name !== 'x-amz-security-token')
          .map((name) => [name, headers[name]]),
      ),
      body,
    }),
    { signingDate: new Date(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`) },
  );
  expect(again.headers['authorization']).toBe(headers['authorization']);
});

describe('endpoints', () => {
  const of = (api: Api, region: string, environment: Readonly<Record<string, string>> = {}, prefix = ''): string =>
    endpointOf(api, region, environment, prefix).url.href;

  test.each([
    ['kms', 'eu-central-1', {}, '', 'https://kms.eu-central-1.amazonaws.com/'],
    ['lambda', 'cn-north-1', {}, '', 'https://lambda.cn-north-1.amazonaws.com.cn/'],
    ['kms', 'us-gov-west-1', { AWS_USE_FIPS_ENDPOINT: 'true' }, '', 'https://kms-fips.us-gov-west-1.amazonaws.com/'],
    ['ssm', 'us-gov-west-1', { AWS_USE_FIPS_ENDPOINT: 'true' }, '', 'https://ssm.us-gov-west-1.amazonaws.com/'],
    ['lambda', 'us-east-1', { AWS_USE_FIPS_ENDPOINT: 'true' }, '', 'https://lambda-fips.us-east-1.amazonaws.com/'],
    ['lambda', 'us-east-1', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }, '', 'https://lambda.us-east-1.api.aws/'],
    ['lambda', 'cn-north-1', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }, '', 'https://lambda.cn-north-1.api.amazonwebservices.com.cn/'],
    ['lambda', 'us-iso-east-1', {}, '', 'https://lambda.us-iso-east-1.c2s.ic.gov/'],
    ['servicediscovery', 'eu-central-1', {}, 'data-', 'https://data-servicediscovery.eu-central-1.amazonaws.com/'],
    ['servicediscovery', 'cn-north-1', {}, 'data-', 'https://data-servicediscovery.cn-north-1.amazonaws.com.cn/'],
    ['servicediscovery', 'eu-central-1', {}, '', 'https://servicediscovery.eu-central-1.amazonaws.com/'],
    ['kms', 'eu-central-1', { AWS_ENDPOINT_URL: 'https://vpce-1.kms/x' }, '', 'https://vpce-1.kms/x'],
    ['kms', 'eu-central-1', { AWS_ENDPOINT_URL: 'https://all', AWS_ENDPOINT_URL_KMS: 'https://own' }, '', 'https://own/'],
    ['servicediscovery', 'eu-central-1', { AWS_ENDPOINT_URL_SERVICEDISCOVERY: 'https://own' }, 'data-', 'https://own/'],
  ])('of %s in %s, with %j', (name, region, environment, prefix, expected) => {
    const api = [KMS, LAMBDA, SERVICE_DISCOVERY, SYSTEMS_MANAGER].find(({ signingName }) => signingName === name)!;
    expect(of(api, region, environment as Record<string, string>, prefix)).toBe(expected);
  });

  test("are those of the SDK's own clients, in every partition, with FIPS and with both address families", () => {
    Reflect.deleteProperty(process.env, 'AWS_ENDPOINT_URL');
    for (const region of [
      'eu-central-1',
      'us-east-1',
      'cn-northwest-1',
      'us-gov-east-1',
      'us-gov-west-1',
      'us-iso-east-1',
      'eusc-de-east-1',
    ])
      for (const fips of [false, true])
        for (const dual of [false, true]) {
          const environment = { AWS_USE_FIPS_ENDPOINT: String(fips), AWS_USE_DUALSTACK_ENDPOINT: String(dual) };
          const options = { region, useFipsEndpoint: fips, useDualstackEndpoint: dual };
          for (const [api, client] of [
            [KMS, new KMSClient(options)],
            [LAMBDA, new LambdaClient(options)],
            [SERVICE_DISCOVERY, new ServiceDiscoveryClient(options)],
            [SYSTEMS_MANAGER, new SSMClient(options)],
          ] as const) {
            const theirs = outcomeOf(
              () => client.config.endpointProvider({ Region: region, UseFIPS: fips, UseDualStack: dual }, {}).url.href,
            );
            expect(outcomeOf(() => of(api, region, environment))).toBe(theirs);
          }
        }
  });
});

function outcomeOf(what: () => string): string {
  try {
    return what();
  } catch (error) {
    return String(error);
  }
}

describe('credentials', () => {
  beforeEach(() => {
    for (const name of Object.keys(KEYS)) Reflect.deleteProperty(process.env, name);
  });

  const encrypt = async (client = new AwsClient(KMS, REGION)): Promise<unknown> => client.call(jsonCall('TrentService', 'Encrypt', {}));
  /** As ECS answers. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html */
  const credentials = (number: number, lifeMs: number): string =>
    JSON.stringify({
      RoleArn: 'arn:aws:iam::123456789012:role/task',
      AccessKeyId: `KEY${number}`,
      SecretAccessKey: 'a secret',
      Token: `token ${number}`,
      Expiration: new Date(Date.now() + lifeMs).toISOString(),
    });
  const calls = (): readonly Seen[] => seen.filter(({ path }) => path === '/');
  const reads = (): readonly Seen[] => seen.filter(({ path }) => path === '/credentials');

  test.each([
    ['are read once while they are valid', 3_600_000, (count: number) => count === 1],
    ['are read again before they expire', 60_000, (count: number) => count >= 3],
  ])('of the task %s', async (_, lifeMs, expected) => {
    Object.assign(process.env, {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url()}/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'a task',
    });
    answer = (request, response) => response.end(request.url === '/credentials' ? credentials(reads().length, lifeMs) : '{}');
    const client = new AwsClient(KMS, REGION);
    for (let count = 0; count < 3; count += 1) await encrypt(client);
    const count = reads().length;
    expect(expected(count)).toBe(true);
    expect(reads()[0].headers).toMatchObject({ authorization: 'a task' });
    expect(calls()).toHaveLength(3);
    expect(calls()[2].headers).toMatchObject({
      'x-amz-security-token': `token ${count}`,
      authorization: expect.stringContaining(`Credential=KEY${count}/`),
    });
  });

  test('of the task are read again when they could not be read', async () => {
    process.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] = `${url()}/credentials`;
    answer = (request, response) => {
      if (request.url === '/credentials' && reads().length === 1) response.writeHead(500);
      response.end(request.url === '/credentials' ? credentials(1, 3_600_000) : '{}');
    };
    const client = new AwsClient(KMS, REGION);
    await encrypt(client).catch(() => encrypt(client));
    expect(calls()).toHaveLength(1);
  });

  test('fails if there are none, with the reason', async () => {
    await expect(encrypt()).rejects.toMatchObject({ reason: 'no-credentials', message: expect.stringMatching(/^Encrypt: /) });
  });
});

describe('the agent is not held up', () => {
  const call = async (): Promise<unknown> =>
    new AwsClient(KMS, REGION).call({ ...jsonCall('TrentService', 'Encrypt', {}), timeoutMs: 300 });

  test('fails if an answer begins and does not end', async () => {
    answer = (_, response) => response.write('{"Ciphertext');
    await expect(call()).rejects.toMatchObject({ reason: 'network', message: expect.stringContaining('did not end within 300 ms') });
    // A hiccup, as far as anybody knows.
    expect(seen).toHaveLength(2);
  });

  test('fails if an answer is longer than any that it asks for', async () => {
    answer = (_, response) => response.end(`"${'x'.repeat(3 * 1024 * 1024)}"`);
    await expect(call()).rejects.toMatchObject({ reason: 'malformed', message: expect.stringContaining('more than 2097152 bytes') });
  });

  test('a list of 1,000 tasks with all that ECS says of them is not too long', async () => {
    const attributes = (index: number): Record<string, string> => ({
      AWS_INSTANCE_IPV4: `10.0.${index >> 8}.${index & 255}`,
      AVAILABILITY_ZONE: 'ap-southeast-1a',
      REGION: 'ap-southeast-1',
      ECS_CLUSTER_NAME: 'c'.repeat(255),
      ECS_SERVICE_NAME: 's'.repeat(255),
      ECS_TASK_DEFINITION_FAMILY: 'f'.repeat(255),
      AWS_INIT_HEALTH_STATUS: 'HEALTHY',
    });
    answer = (_, response) =>
      response.end(
        JSON.stringify({
          InstancesRevision: 7,
          Instances: Array.from({ length: 1000 }, (_unused, index) => ({
            InstanceId: 'i'.repeat(64),
            NamespaceName: 'n'.repeat(253),
            ServiceName: 'catalog',
            HealthStatus: 'HEALTHY',
            Attributes: attributes(index),
          })),
        }),
      );
    const { revision, instances } = await serviceDiscovery(REGION, process.env).discover(service);
    expect([revision, instances.length]).toEqual([7, 1000]);
    expect(instances[999]).toEqual({ id: 'i'.repeat(64), address: '10.0.3.231', zone: 'ap-southeast-1a' });
  });

  test('a clock that is ten minutes off is allowed for', async () => {
    const skew = 600_000;
    answer = (request, response) => {
      const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(request.headers['x-amz-date'])) ?? [];
      const sent = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
      const now = Date.now() + skew;
      response.setHeader('date', new Date(now).toUTCString());
      if (Math.abs(sent - now) < 300_000) return response.end('{}');
      response.writeHead(400);
      return response.end('{"__type":"InvalidSignatureException","message":"Signature expired"}');
    };
    await new AwsClient(KMS, REGION).call(jsonCall('TrentService', 'Encrypt', {}));
    expect(seen).toHaveLength(2);
  });

  test.each([
    ['{"__type":"com.amazonaws.kms#DisabledException"}', {}, 'key-unusable'],
    ['{"__type":"DisabledException:http://example.com/"}', {}, 'key-unusable'],
    ['{}', { 'x-amzn-errortype': 'DisabledException:' }, 'key-unusable'],
    ['<html>', {}, 'unexpected'],
    ['null', {}, 'unexpected'],
  ])('fails with the name of the error, however it is written: %s %j', async (body, headers, reason) => {
    answer = (_, response) => {
      response.writeHead(400, headers as Record<string, string>);
      response.end(body);
    };
    await expect(call()).rejects.toMatchObject({ reason });
    expect(seen).toHaveLength(1);
  });
});
