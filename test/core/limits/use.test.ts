import { ACCOUNT_QUOTAS, accountUses } from '../../../lib/core/limits/account';
import { HTTP_API } from '../../../lib/core/limits/api-gateway';
import { CLOUD_MAP } from '../../../lib/core/limits/discovery';
import { ECS, FARGATE } from '../../../lib/core/limits/ecs';
import { howToRaise, limitText } from '../../../lib/core/limits/limit';
import { SSM } from '../../../lib/core/limits/security';
import type { LimitUse } from '../../../lib/core/limits/use';
import { limitIssues, limitWarnings } from '../../../lib/core/limits/use';
import { limitUses } from '../../../lib/core/plan/limit-uses';
import { planSystem } from '../../../lib/core/plan-system';
import { IssueList } from '../../../lib/core/reading/issues';
import { mesh, service, topologyOf } from '../../support/parsing';

const use = (limit: LimitUse['limit'], used: number, more: Partial<LimitUse> = {}): LimitUse => ({
  limit,
  used,
  path: 'services',
  subject: 'there are many',
  advice: 'use fewer',
  ...more,
});

test('a warning says the number of the quota, its page, its name in Service Quotas, and what else to do', () => {
  expect(limitWarnings([use(FARGATE.onDemand, 7)])).toEqual([
    {
      id: 'fargate-vcpus',
      path: 'services',
      message:
        'there are many; the default quota is 6 vCPUs for each account and Region ' +
        '(https://docs.aws.amazon.com/general/latest/gr/ecs-service.html#service-quotas-fargate). Before you deploy, raise "Fargate ' +
        'On-Demand vCPU resource count" (L-3032A538) of AWS Fargate in Service Quotas, or use fewer. If you have more, acknowledge this ' +
        'warning',
    },
  ]);
});

test('a warning of reserved executions says what a new account can have, and to look before a deployment', () => {
  const certificates = { kind: 'kms', reservedConcurrentExecutions: 1 };
  const { warnings } = planSystem(topologyOf(mesh({ ui: service() }, { certificates })), new IssueList());
  expect(warnings.filter(({ id }) => id === 'lambda-concurrency')).toEqual([
    {
      id: 'lambda-concurrency',
      path: 'certificates.reservedConcurrentExecutions',
      message:
        'the function that issues certificates reserves 1 execution, and an account must keep 100 that are not reserved: a new account, ' +
        'which can have 10 in all, can reserve none, and the deployment fails ' +
        '(https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html). Before you deploy, look at "Concurrent ' +
        'executions" of AWS Lambda in Service Quotas, or leave reservedConcurrentExecutions out. If you have enough, acknowledge this ' +
        'warning',
    },
  ]);
});

test('what an account switches on is no quota to ask for', () => {
  const [warning] = limitWarnings([use(SSM.requests, 41)]);
  expect(warning?.message).toContain(
    'Before you deploy, switch on higher throughput of Parameter Store, which costs (aws ssm update-service-setting --setting-id ' +
      '/ssm/parameter-store/high-throughput-enabled --setting-value true), or use fewer. If you have more, acknowledge this warning',
  );
  expect(warning?.message).not.toContain('Service Quotas');
});

test('an issue says what is allowed, and whose limit it is', () => {
  expect(limitIssues([use(SSM.parameter, 4097)])).toEqual([
    {
      code: 'OUT_OF_RANGE',
      path: 'services',
      message: 'there are many',
      allowed: 'at most 4 KiB: AWS Systems Manager has no more for a parameter',
      fix: 'use fewer',
    },
  ]);
});

test('what is at its limit is not spoken of', () => {
  expect(limitWarnings([use(FARGATE.onDemand, 6)])).toEqual([]);
  expect(limitIssues([use(SSM.parameter, 4096)])).toEqual([]);
});

test('too many tasks for as long as a deployment lasts are a warning, although nobody can raise the limit', () => {
  const passing = use(CLOUD_MAP.instancesOfService, 1001, { passing: true });
  expect(limitIssues([passing])).toEqual([]);
  expect(limitWarnings([passing]).map(({ message }) => message)).toEqual([
    `there are many; the limit is 1,000 for each service of Cloud Map (${CLOUD_MAP.instancesOfService.source}). Use fewer`,
  ]);
});

test.each([
  [500, []],
  [501, ['cloud-map-instances']],
])('%d tasks that a deployment doubles are warned of if Cloud Map takes no more than 1,000', (desiredCount, ids) => {
  const topology = topologyOf(mesh({ ui: service({ desiredCount }) }));
  const { warnings } = planSystem(topology, new IssueList());
  expect(warnings.map(({ id }) => id).filter((id) => id.startsWith('cloud-map'))).toEqual(ids);
});

test('a plan tells how much it takes of limits that it does not exceed', () => {
  const plan = planSystem(
    topologyOf(mesh({ ui: service({ calls: ['a', 'b'] }), a: service(), b: service({ calls: ['a'] }) })),
    new IssueList(),
  );
  const used = plan.uses.map(({ limit, path, used: count }) => `${limit.id} ${path} ${count}`);
  expect(used).toEqual(
    expect.arrayContaining(['fargate.onDemand services 3', 'vpc.inboundRules services.a 2', 'cloudMap.instancesOfNamespace services 6']),
  );
  expect(limitUses(plan, []).length).toBeLessThan(plan.uses.length);
});

test.each([
  [ECS.containers, '10', 'it cannot be raised'],
  [ECS.taskDefinition, '64 KiB', 'it cannot be raised'],
  [ECS.stopTimeout, '2 to 120 seconds', 'it cannot be raised'],
  [HTTP_API.payload, '10 MiB', 'it cannot be raised'],
  [HTTP_API.authorizers, '10', 'ask AWS Support to raise "Authorizers per API" of Amazon API Gateway'],
  [CLOUD_MAP.instancesOfNamespace, '2,000', 'raise "Instances per namespace" of AWS Cloud Map in Service Quotas'],
])('limits are read as text: %#', (limit, text, how) => {
  expect([limitText(limit), howToRaise(limit)]).toEqual([text, how]);
});

test.each([...ACCOUNT_QUOTAS].map(([type, { limit }]) => [type, limit] as const))(
  '%s: the default quota of the account is enough',
  (type, limit) => {
    expect(limitWarnings(accountUses(Array<string>(limit.value).fill(type)))).toEqual([]);
  },
);

test.each([...ACCOUNT_QUOTAS].map(([type, { limit }]) => [type, limit] as const))(
  'fails if nothing is said of too many %s',
  (type, limit) => {
    const warnings = limitWarnings(accountUses(Array<string>(limit.value + 1).fill(type)));
    expect(warnings.map(({ id }) => id)).toEqual([limit.handling.warning]);
    expect(warnings[0]?.message).toContain(`have ${(limit.value + 1).toLocaleString('en-US')} `);
  },
);
