import { Opaque, Seconds, Unresolved } from '../../lib/core/reading/input';
import type { Issue } from '../../lib/core/reading/issues';
import { IssueList } from '../../lib/core/reading/issues';
import type { Topology } from '../../lib/core/model/topology';
import { parseTopology } from '../../lib/core/parse/parse';

/** Raw input as readProps leaves it, so that no test here needs aws-cdk-lib. */
export type Raw = Readonly<Record<string, unknown>>;

export const image = new Opaque({ bind: () => ({}) });
export const secret = new Opaque({ arn: 'arn', grantRead: () => undefined });
export const vpc = new Opaque({ vpcId: 'vpc-1', privateSubnets: [] });
export const cluster = new Opaque({ clusterName: 'c', vpc: {} });
/** Named as jsii names it, since the CDK's bundler renames classes. */
class FireLensLogDriver2 {
  bind(): object {
    return {};
  }
}
Object.defineProperty(FireLensLogDriver2, Symbol.for('jsii.rtti'), { value: { fqn: 'aws-cdk-lib.aws_ecs.FireLensLogDriver' } });

export const firelens = new Opaque(new FireLensLogDriver2());
export const logGroup = new Opaque({ logGroupRef: { logGroupName: 'logs' } });
export const sqsQueue = new Opaque({
  queueArn: 'arn',
  metricApproximateNumberOfMessagesVisible: () => ({}),
  metricApproximateNumberOfMessagesNotVisible: () => ({}),
});
export const metric = new Opaque({ toMetricConfig: () => ({}), toAlarmConfig: () => ({}) });
export const mathExpression = new Opaque({ expression: 'a / b', toMetricConfig: () => ({}), toAlarmConfig: () => ({}) });
export const schedule = new Opaque({ expressionString: 'cron(0 7 * * ? *)' });
/** Of a metric, as CDK takes them. */
export const STEPS = [
  { upper: 10, change: -1 },
  { lower: 50, change: 1 },
];
export const token = new Unresolved('${Token[TOKEN.7]}');
export const listToken = new Unresolved('#{Token[TOKEN.8]}', ['#{Token[TOKEN.8]}']);
export const seconds = (value: number): Seconds => new Seconds(value);

export const publicRoute = { service: 'ui', authorizer: { kind: 'none' } };
export const clientSecret = new Opaque({ secretArn: 'arn', secretValueFromJson: () => undefined });
export const oidc = {
  kind: 'oidc',
  issuer: 'https://login.example.com',
  authorizationEndpoint: 'https://login.example.com/authorize',
  tokenEndpoint: 'https://login.example.com/token',
  userInfoEndpoint: 'https://login.example.com/userinfo',
  clientId: 'shop',
  clientSecret,
};
export const jwt = { kind: 'jwt', issuer: 'https://login.example.com', audience: ['shop'] };

export function service(more: Raw = {}): Raw {
  return { image, port: 8080, ...more };
}

/** A caller outside of the mesh. */
export function client(more: Raw = {}): Raw {
  const role = new Opaque({ roleArn: 'arn', addToPrincipalPolicy: () => ({}) });
  return { role, connections: new Opaque({ connections: {} }), ...more };
}

export function mesh(services: Raw, more: Raw = {}): Raw {
  return { services, ...more };
}

/** A mesh of one service with these props. */
export function ui(more: Raw): Raw {
  return mesh({ ui: service(more) });
}

/** A mesh of one service behind an edge; every route that says nothing else is public. */
export function edge(more: Raw, kind = 'http'): Raw {
  return mesh({ ui: service() }, { edge: { kind, authorizer: { kind: 'none' }, routes: { 'ANY /{proxy+}': { service: 'ui' } }, ...more } });
}

export function routes(routeProps: Raw, kind = 'http'): Raw {
  return edge({ routes: routeProps }, kind);
}

export function parse(props: unknown): { readonly topology: Topology; readonly issues: readonly Issue[] } {
  const issues = new IssueList();
  const topology = parseTopology({ props, defaultName: 'shop' }, issues);
  return { topology, issues: issues.all };
}

/** The topology of props that have no mistake. */
export function topologyOf(props: unknown): Topology {
  const { topology, issues } = parse(props);
  expect(issues).toEqual([]);
  return topology;
}

export function issuesOf(props: unknown): readonly Issue[] {
  return parse(props).issues;
}
