import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { CfnTaskDefinition, ContainerImage, Secret } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret as ManagedSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Authorizer, Edge, Microservices, OtlpProtocol, TraceCollector, Tracing, TrustedAuthorities } from '../../../lib';

const image = ContainerImage.fromRegistry('example/ui:1');

interface Variable {
  readonly Name: string;
  readonly Value: unknown;
}

interface Definition {
  readonly Name: string;
  readonly Environment?: readonly Variable[];
  readonly Secrets?: readonly { readonly Name: string }[];
  readonly Command?: readonly string[];
}

function build(tracing: (stack: Stack) => Tracing, environment: Readonly<Record<string, string>> = {}): Stack {
  const stack = new Stack(new App(), 'Test');
  new Microservices(stack, 'Shop', {
    services: { ui: { image, port: 8080, environment } },
    edge: Edge.restApi({ authorizer: Authorizer.none(), routes: { 'ANY /{proxy+}': { service: 'ui' } } }),
    tracing: tracing(stack),
  });
  return stack;
}

function synthesize(...args: Parameters<typeof build>): Template {
  return Template.fromStack(build(...args));
}

/** Whether the variables of the gateway's containers are explained to who checks the template. */
function explained(tracing: (stack: Stack) => Tracing): boolean {
  const stack = build(tracing);
  Template.fromStack(stack);
  const gateway = stack.node.findAll().filter((each) => each instanceof CfnTaskDefinition && /gateway/i.test(each.node.path));
  expect(gateway).toHaveLength(1);
  return JSON.stringify(gateway.map(({ node }) => node.metadata)).includes('AwsSolutions-ECS2');
}

function containers(template: Template): Readonly<Record<string, Definition>> {
  const definitions = Object.values(template.findResources('AWS::ECS::TaskDefinition')) as unknown as readonly {
    readonly Properties: { readonly ContainerDefinitions: readonly Definition[] };
  }[];
  const ofService = definitions
    .map(({ Properties }) => Properties.ContainerDefinitions)
    .find((all) => all.some(({ Name }) => Name === 'app'));
  return Object.fromEntries((ofService ?? []).map((container) => [container.Name, container]));
}

const variables = ({ Environment = [] }: Definition = { Name: '' }): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Environment.map(({ Name, Value }) => [Name, Value]));

describe('tasks whose traces go to X-Ray by OpenTelemetry', () => {
  const template = synthesize(() => Tracing.openTelemetry());
  const { app, envoy, collector } = containers(template);

  test('have the CloudWatch agent, which takes OTLP alone', () => {
    expect(JSON.parse(String(variables(collector)['CW_CONFIG_CONTENT']))).toEqual({
      traces: { traces_collected: { otlp: { grpc_endpoint: '127.0.0.1:4317', http_endpoint: '127.0.0.1:4318' } } },
    });
  });

  test('tell applications what all SDKs of OpenTelemetry read', () => {
    expect(variables(app)).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_SERVICE_NAME: 'ui',
      OTEL_PROPAGATORS: 'tracecontext,baggage',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.05',
    });
  });

  test('tell Envoy and the application where they are, in one order', () => {
    const text = JSON.stringify(variables(envoy)['OTEL_RESOURCE_ATTRIBUTES']);
    expect(JSON.stringify(variables(app)['OTEL_RESOURCE_ATTRIBUTES'])).toBe(text);
    expect(text).toMatch(
      /aws\.ecs\.cluster\.arn=.*,aws\.ecs\.launchtype=fargate,aws\.ecs\.task\.family=.*,cloud\.account\.id=.*,cloud\.platform=aws_ecs,cloud\.provider=aws,cloud\.region=.*,service\.namespace=shop/,
    );
  });

  test('may send to X-Ray, and their REST API begins traces', () => {
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['xray:PutTraceSegments']) })]) },
    });
    template.hasResourceProperties('AWS::ApiGateway::Stage', { TracingEnabled: true });
  });

  test('leave variables alone that the user sets', () => {
    const own = { OTEL_SERVICE_NAME: 'front', OTEL_RESOURCE_ATTRIBUTES: 'a=b', OTEL_TRACES_SAMPLER: 'always_off' };
    expect(variables(containers(synthesize(() => Tracing.openTelemetry(), own))['app'])).toMatchObject(own);
  });

  test('leave the exporter to an application that has one of its own', () => {
    const own = { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://otlp.vendor.example' };
    const all = variables(containers(synthesize(() => Tracing.openTelemetry(), own))['app']);
    expect(Object.keys(all).filter((name) => /EXPORTER/.test(name))).toEqual(Object.keys(own));
    expect(all).toMatchObject({ ...own, OTEL_SERVICE_NAME: 'ui' });
  });
});

describe('tasks that send spans to a collector of the user', () => {
  const template = synthesize((stack) =>
    Tracing.openTelemetry({
      collector: TraceCollector.endpoint({
        host: 'otlp.vendor.example',
        port: 4443,
        protocol: OtlpProtocol.HTTP,
        trust: TrustedAuthorities.file('/etc/ssl/vendor.pem'),
        headers: { 'x-team': 'shop' },
        secretHeaders: { 'x-api-key': Secret.fromSecretsManager(new ManagedSecret(stack, 'Key')) },
      }),
    }),
  );
  const { app, envoy, collector } = containers(template);

  test('have no collector, and may not send to X-Ray', () => {
    expect(collector).toBeUndefined();
    expect(JSON.stringify(template.toJSON())).not.toContain('xray:');
    template.hasResourceProperties('AWS::ApiGateway::Stage', { TracingEnabled: false });
  });

  test('give Envoy the secrets that it sends, and nobody else', () => {
    expect(envoy?.Secrets?.map(({ Name }) => Name)).toEqual(['OTLP_HEADER_0']);
    expect(app?.Secrets).toBeUndefined();
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['secretsmanager:GetSecretValue']) })]) },
    });
  });

  test('tell applications the endpoint, and no headers of which one would be missing', () => {
    expect(variables(app)).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.vendor.example:4443',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    });
    expect(variables(app)).not.toHaveProperty('OTEL_EXPORTER_OTLP_HEADERS');
  });

  test('send none of its headers by an exporter of the application', () => {
    const collector = TraceCollector.endpoint({ host: 'otlp.vendor.example', headers: { 'x-team': '100% shop' } });
    const tracing = (): Tracing => Tracing.openTelemetry({ collector });
    expect(variables(containers(synthesize(tracing))['app'])).toMatchObject({ OTEL_EXPORTER_OTLP_HEADERS: 'x-team=100%25%20shop' });
    const own = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.other.example' };
    expect(variables(containers(synthesize(tracing, own))['app'])).not.toHaveProperty('OTEL_EXPORTER_OTLP_HEADERS');
  });

  test('may connect to its port', () => {
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: Match.arrayWith([Match.objectLike({ FromPort: 4443, ToPort: 4443 })]),
    });
  });
});

describe('tasks with a collector of the user in each of them', () => {
  const sidecarTracing = (stack: Stack): Tracing =>
    Tracing.openTelemetry({
      collector: TraceCollector.sidecar({
        image: ContainerImage.fromRegistry('registry.example/otel/opentelemetry-collector:1'),
        configuration: 'receivers: {}',
        environment: { LEVEL: 'info' },
        secrets: { API_KEY: Secret.fromSecretsManager(new ManagedSecret(stack, 'Key')) },
        memoryReservationMiB: 200,
        policyStatements: [
          new PolicyStatement({ actions: ['aps:RemoteWrite'], resources: ['arn:aws:aps:eu-west-1:111122223333:workspace/a'] }),
        ],
      }),
    });
  const template = synthesize(sidecarTracing);

  test('run it with its configuration, secrets and memory', () => {
    const { collector } = containers(template);
    expect(collector).toMatchObject({
      Image: 'registry.example/otel/opentelemetry-collector:1',
      Command: ['--config=env:OTEL_COLLECTOR_CONFIG'],
      MemoryReservation: 200,
      ReadonlyRootFilesystem: true,
    });
    expect(variables(collector)).toEqual({ LEVEL: 'info', OTEL_COLLECTOR_CONFIG: 'receivers: {}' });
    expect(collector?.Secrets?.map(({ Name }) => Name)).toEqual(['API_KEY']);
  });

  test("leave the user's variables to the user to explain", () => {
    expect(explained(sidecarTracing)).toBe(false);
    expect(explained(() => Tracing.openTelemetry())).toBe(true);
  });

  test('may do what it needs', () => {
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'aps:RemoteWrite' })]) },
    });
  });
});
