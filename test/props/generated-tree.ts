import fc from 'fast-check';
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { ApiKey } from 'aws-cdk-lib/aws-apigateway';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { UserPool, UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { ContainerImage, CpuArchitecture, LogDrivers, Secret } from 'aws-cdk-lib/aws-ecs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import {
  ActiveHealthCheck,
  Authorizer,
  Certificates,
  Compression,
  CompressionAlgorithm,
  Deployment,
  Edge,
  Egress,
  HashOn,
  LoadBalancerTarget,
  LoadBalancing,
  Mesh,
  OutlierDetection,
  PathMatch,
  PathRewrite,
  Protocol,
  RetryOn,
  Timeout,
  Tracing,
  TrustedAuthorities,
  ValueMatch,
} from '../../lib';

/**
 * Props as plain data, so that they can be mutated anywhere: `{ $: 'image' }` stands for an image, and so on.
 * `build` makes of them what a user would write.
 */
export type Tree = undefined | null | string | number | boolean | Junk | Tree[] | { [key: string]: Tree };

/** A value that is kept as it is. Shown by its number, since some junk throws when it is shown. */
export class Junk {
  constructor(
    readonly value: unknown,
    private readonly label: string,
  ) {}

  [fc.toStringMethod](): string {
    return `junk ${this.label}`;
  }
}

export const elsewhere = new Stack(new App(), 'Elsewhere');
export const parameter = StringParameter.fromSecureStringParameterAttributes(elsewhere, 'Parameter', { parameterName: '/shop/key' });
const alarm = Alarm.fromAlarmArn(elsewhere, 'Alarm', 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:errors');
export const userPool = UserPool.fromUserPoolId(elsewhere, 'Pool', 'eu-west-1_pool');
const userPoolClient = UserPoolClient.fromUserPoolClientId(elsewhere, 'Client', 'client');

/** What a user passes to a factory may be wrong in every way: that must not matter before props are read. */
type Factory = (fields: Record<string, unknown>) => unknown;

const FACTORIES: Readonly<Record<string, Factory>> = {
  image: () => ContainerImage.fromRegistry('example/image'),
  secret: () => Secret.fromSsmParameter(parameter),
  logging: () => LogDrivers.awsLogs({ streamPrefix: 'x' }),
  userPool: () => userPool,
  userPoolClient: () => userPoolClient,
  apiKey: () => ApiKey.fromApiKeyId(elsewhere, `Key${String(elsewhere.node.children.length)}`, 'key'),
  arm: () => CpuArchitecture.ARM64,
  x86: () => CpuArchitecture.X86_64,
  protocol: ({ id }) => ({ http: Protocol.HTTP, http2: Protocol.HTTP2, grpc: Protocol.GRPC, tcp: Protocol.TCP })[id as string],
  duration: ({ millis }) => Duration.millis(millis as number),
  size: ({ bytes }) => Size.bytes(bytes as number),
  path: ({ kind, text }) => PathMatch[kind as 'exact'](text as string),
  value: ({ kind, text }) => ValueMatch[kind as 'exact'](text as string),
  range: ({ start, end }) => ValueMatch.range(start as number, end as number),
  not: ({ match }) => ValueMatch.not(match as ValueMatch),
  newPath: ({ kind, text, substitution }) => PathRewrite[kind as 'regex'](text as string, substitution as string),
  timeout: ({ perRequest }) => Timeout.perRequest(perRequest as Duration),
  timeouts: ({ options }) => Timeout.of(options as never),
  retryOn: ({ id }) =>
    ({ serverError: RetryOn.SERVER_ERROR, clientError: RetryOn.CLIENT_ERROR, streamError: RetryOn.STREAM_ERROR })[id as string],
  algorithm: ({ id }) => (id === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.BROTLI),
  compressed: ({ options }) => Compression.of(options as never),
  uncompressed: () => Compression.none(),
  outliers: ({ options }) => OutlierDetection.of(options as never),
  noOutliers: () => OutlierDetection.none(),
  leastRequest: ({ options }) => LoadBalancing.leastRequest(options as never),
  roundRobin: ({ options }) => LoadBalancing.roundRobin(options as never),
  ringHash: ({ hashOn }) => LoadBalancing.ringHash(hashOn as never),
  hashOnHeader: ({ name }) => HashOn.header(name as string),
  hashOnCookie: ({ name, options }) => HashOn.cookie(name as string, options as never),
  hashOnSource: () => HashOn.source(),
  healthChecks: ({ options }) => ActiveHealthCheck.of(options as never),
  noHealthChecks: () => ActiveHealthCheck.none(),
  loadBalancerTarget: ({ kind }) => LoadBalancerTarget[kind as 'application'](),
  rolling: ({ options }) => Deployment.rolling(options as never),
  alarm: () => alarm,
  httpApi: ({ options }) => Edge.httpApi(options as never),
  restApi: ({ options }) => Edge.restApi(options as never),
  envoy: ({ options }) => Mesh.envoy(options as never),
  kms: ({ options }) => Certificates.kms(options as never),
  privateCa: ({ options }) => Certificates.privateCa(options as never),
  noCertificates: () => Certificates.none(),
  xray: ({ options }) => Tracing.xray(options as never),
  noTracing: () => Tracing.none(),
  egress: ({ kind }) => (kind === 'open' ? Egress.open() : Egress.declared()),
  publicAuthorities: () => TrustedAuthorities.public(),
  trustFile: ({ path }) => TrustedAuthorities.file(path as string),
  trustPem: ({ pem }) => TrustedAuthorities.pem(pem as string),
  none: () => Authorizer.none(),
  iam: () => Authorizer.iam(),
  jwt: ({ options }) => Authorizer.jwt(options as never),
  cognito: ({ options }) => Authorizer.cognito(options as never),
  lambda: ({ options }) => Authorizer.lambda(options as never),
  apiKeys: ({ options }) => Authorizer.apiKey(options as never),
};

export function build(tree: Tree, made = new Map<string, unknown>()): unknown {
  if (tree instanceof Junk) return tree.value;
  if (Array.isArray(tree)) return tree.map((item) => build(item, made));
  if (typeof tree !== 'object' || tree === null) return tree;
  const fields = Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, build(value, made)]));
  const factory = typeof fields['$'] === 'string' && Object.hasOwn(FACTORIES, fields['$']) ? FACTORIES[fields['$']] : undefined;
  if (factory === undefined) return fields;
  if (!SHARED.includes(fields['$'] as string)) return attempt(() => factory(fields));
  // Equal trees give one object: an authorizer in two places is one authorizer.
  const key = identity(tree);
  if (!made.has(key))
    made.set(
      key,
      attempt(() => factory(fields)),
    );
  return made.get(key);
}

const SHARED = ['jwt', 'cognito', 'lambda', 'apiKeys'];

/** Equal for trees that differ in nothing but the order of their keys. */
function identity(tree: Tree): string {
  if (Array.isArray(tree)) return `[${tree.map(identity).join()}]`;
  if (tree instanceof Junk || typeof tree !== 'object' || tree === null) return fc.stringify(tree);
  return `{${Object.keys(tree)
    .sort()
    .map((key) => `${key}:${identity(tree[key])}`)
    .join()}}`;
}

function attempt(create: () => unknown): unknown {
  try {
    return create();
  } catch {
    return undefined; // the CDK's own factories refuse some junk before this library sees it
  }
}
