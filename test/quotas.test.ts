import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS } from '../lib/core/limits/limits';
import { largeApp } from './support/large-system';
import { CHECKS, exceeded } from './support/quotas/checks';
import { MUTATIONS } from './support/quotas/mutations';
import type { Templates } from './support/quotas/templates';
import { readTemplates } from './support/quotas/templates';

/** Three calls each, ten services with 300 callers, one with 60 callees, 300 routes to 150 services, half of the services with secrets. */
const LARGE = { services: 1000, popular: 10, popularCallers: 300, hub: 60, routes: 300, secrets: true };

/** What only an account's own quota can answer, and how much of it the system takes. */
const ABOVE_DEFAULT: Readonly<Record<string, number>> = {
  'iam.roles': 1529,
  'fargate.onDemand': 1001,
  'cloudMap.instancesOfNamespace': 2004,
};

/** Limits that are not seen in templates, and why. */
const NOT_IN_TEMPLATES: readonly (readonly [ids: RegExp, why: string])[] = [
  [/^appMesh\./, 'Mesh.appMesh() is another mesh, which takes 200 services; test/core/limits has its systems'],
  [/\.(requests|invocations|signatures|encryptions|revisions|lists|queries|segments|reads|launches|launchRate)$/, 'calls of running tasks'],
  [/^apiGateway\.(create\w+|otherCalls)$/, 'calls of a deployment, which CloudFormation repeats'],
  [/^logs\.(createStream|event)$|^xRay\.segment$|^cloudWatch\.embeddedMetrics$/, 'what running tasks write'],
  [/^cloudWatch\.(dashboard|widget)\w+$/, 'of one dashboard, of which a large system has several: test/cdk/observability'],
  [/^(httpApi|restApi)\.(payload|headers|methodArn|authorizerResponse|cachedResponse)$/, 'of a request'],
  [
    /^(httpApi|restApi)\.(integrationTimeout|raisedTimeout|streamedResponse|streamIdle|cacheTtl|model|resourcePolicy)$/,
    'a setting of one route, which test/core/limits tries',
  ],
  [/^httpApi\.(scopes|audiences|stageVariables)$|^restApi\.(usagePlansOfKey|quota)$/, 'settings of one authorizer, route, key or client'],
  [
    /^apiGateway\.(stageName|basePath|authorizerName|authorizerCache)$/,
    'a setting of one stage, domain or authorizer, which test/core/limits tries',
  ],
  [
    /^ecs\.(stopTimeout|health\w+|containerMemory|proxyIgnoredPorts|provider\w+|m..HealthyPercent|volumeName|environmentFiles|instanceTask\w+|gpus)$/,
    'a setting of one service, which test/core/limits tries',
  ],
  [/^fargate\.(spot|taskCpu|taskMemory|ephemeralStorage)$/, 'a setting of one service, which test/core/limits tries'],
  [/^ecs\.(provisioningTasks|capacityProviders)$|^ecr\./, 'does not depend on the number of services'],
  [/^cloudMap\.dnsAnswers$|^ssm\.namesOfRequest$|^cloudFormation\.customResource$/, 'of an answer'],
  [/^autoScaling\.(policies|schedules|steps)$/, 'settings of one service, which test/core/limits tries'],
  [/^alb\.(?!loadBalancers)/, 'of an edge with a load balancer, which test/core/limits tries'],
  [/^webSocketApi\./, 'of a WebSocket API and of its messages, which test/core/limits tries as far as synthesis can know them'],
  [/^elb\.targets$/, 'tasks of one gateway, which test/core/limits tries'],
  [/^privateCa\./, 'certificates of running tasks'],
];

let directory: string;
let templates: Templates;
const warnings = new Map<string, string>();

beforeAll(() => {
  // The template validator has nothing to do with quotas, and takes longer than the rest.
  const before = process.env['CDK_VALIDATION'];
  process.env['CDK_VALIDATION'] = 'false';
  directory = mkdtempSync(join(tmpdir(), 'quotas-'));
  const { stacks } = largeApp(LARGE, directory).synth();
  if (before === undefined) delete process.env['CDK_VALIDATION'];
  else process.env['CDK_VALIDATION'] = before;
  for (const { entry } of stacks.flatMap(({ messages }) => messages)) {
    const text = typeof entry.data === 'string' ? entry.data : '';
    const [, id] = /\[ack: cdk-ecs-microservices:(.*)\]/.exec(text) ?? [];
    if (id !== undefined) warnings.set(id, text);
  }
  templates = readTemplates(directory);
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

test('1,000 services in twenty stacks are deployable: every limit holds but what only an account can answer', () => {
  const above = CHECKS.flatMap((check) => exceeded(check, templates).map(({ used }) => [check.limit.id, used]));
  expect(Object.fromEntries(above)).toEqual(ABOVE_DEFAULT);
  expect(above).toHaveLength(Object.keys(ABOVE_DEFAULT).length);
  expect(templates.of('AWS::ECS::Service')).toHaveLength(1001);
  expect(templates.of('AWS::ApiGatewayV2::Route')).toHaveLength(300);
  expect(templates.of('AWS::SecretsManager::Secret')).toHaveLength(500);
});

test('what is above a quota of the account is a warning with both numbers, the page, and how to get more', () => {
  for (const [id, used] of Object.entries(ABOVE_DEFAULT)) {
    const limit = LIMITS.find((each) => each.id === id);
    const warning = warnings.get(limit?.handling.warning ?? '');
    expect(warning).toContain(new RegExp(`\\b${used}\\b`).test(warning ?? '') ? String(used) : used.toLocaleString('en-US'));
    expect(warning).toContain((limit?.value ?? 0).toLocaleString('en-US'));
    expect(warning).toContain(limit?.source);
    expect(warning).toContain('Before you deploy, ');
  }
});

test('fails if a limit of AWS is neither checked in the templates nor said to be no matter of them', () => {
  const checked = CHECKS.map(({ limit }) => limit.id);
  expect(new Set(checked).size).toBe(checked.length);
  const others = LIMITS.map(({ id }) => id).filter((id) => !checked.includes(id));
  expect(others.filter((id) => !NOT_IN_TEMPLATES.some(([ids]) => ids.test(id)))).toEqual([]);
  expect(checked.filter((id) => NOT_IN_TEMPLATES.some(([ids]) => ids.test(id)))).toEqual([]);
  expect(NOT_IN_TEMPLATES.filter(([ids]) => !others.some((id) => ids.test(id))).map(String)).toEqual([]);
});

test('fails if a check has no template that exceeds its limit', () => {
  const tried = new Set(MUTATIONS.map(([limit]) => limit.id));
  expect(CHECKS.map(({ limit }) => limit.id).filter((id) => !tried.has(id))).toEqual([]);
});

// A check that cannot fail is none.
test.each(MUTATIONS.map(([limit, change], index) => [limit.id, index, change] as const))(
  'fails if templates above %s are not reported (%#)',
  (id, _index, change) => {
    const check = CHECKS.find(({ limit }) => limit.id === id);
    if (check === undefined) throw new Error(`nothing checks ${id}`);
    const most = (of: Templates): number => check.uses(of).reduce((largest, { used }) => Math.max(largest, used), 0);
    expect(most(change(templates))).toBeGreaterThan(Math.max(check.limit.value, most(templates)));
  },
);
