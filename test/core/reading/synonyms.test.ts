import { meantBy } from '../../../lib/core/reading/synonyms';
import { issuesOf, mesh, seconds, service, ui } from '../../support/parsing';

const fixFor = (key: string): string | undefined => issuesOf(ui({ [key]: 1 }))[0].fix;

test.each([
  ['replicas', 'desiredCount'],
  ['desiredTasks', 'desiredCount'],
  ['memory', 'memoryLimitMiB'],
  ['memory_limit_mib', 'memoryLimitMiB'],
  ['env', 'environment'],
  ['envVars', 'environment'],
  ['dependsOn', 'calls'],
  ['healthcheck', 'healthCheck'],
  ['health-check', 'healthCheck'],
  ['containerPort', 'port'],
  ['minTasks', 'scaling'],
  ['maxReplicas', 'scaling'],
  ['sidecars', 'extraContainers'],
  ['capacity', 'capacityProviderStrategies'],
  ['prot', 'port'],
  ['startupProbe', 'startupTimeout'],
  ['healthCheckGracePeriod', 'startupTimeout'],
  ['initProcessEnabled', 'initProcess'],
  ['loadBalancers', 'loadBalancerTarget'],
  ['targetGroups', 'loadBalancerTarget'],
  ['loadBalancer', 'loadBalancing'],
])('whoever writes %s for a service means %s', (key, property) => {
  expect(fixFor(key)).toBe(`did you mean "${property}"?`);
});

test('what has its place elsewhere is shown the way', () => {
  expect(fixFor('role')).toMatch(/"taskRole"/);
  expect(fixFor('subscribe')).toMatch(/grantConsumeMessages/);
  expect(fixFor('securityGroups')).toMatch(/allowDefaultPortFrom/);
});

test('nothing is made up', () => {
  expect(fixFor('xyz')).toBeUndefined();
  expect(meantBy('constructor', ['port'])).toBeUndefined();
  expect(meantBy('', ['port'])).toBeUndefined();
});

const mistaken = (props: unknown): readonly unknown[] => issuesOf(props).map(({ path, fix }) => [path, fix]);

test.each([
  [
    'a prop of services beside them',
    mesh({ ui: service() }, { port: 8080 }),
    'port',
    '"port" belongs to services.<name> or external.<name>',
  ],
  [
    'a prop of the system in a service',
    ui({ domain: 'a.b' }),
    'services.ui.domain',
    '"domain" belongs to the props of the construct or edge',
  ],
  ['a prop of retry beside it', ui({ maxRetries: 3 }), 'services.ui.maxRetries', '"maxRetries" belongs to services.<name>.retry'],
  [
    'retries in a timeout, by the name that others give them',
    ui({ timeout: { idle: seconds(1), retries: 3 } }),
    'services.ui.timeout.retries',
    '"maxRetries" belongs to services.<name>.retry',
  ],
  [
    'the interval of one of two checks',
    ui({ interval: seconds(1) }),
    'services.ui.interval',
    '"interval" belongs to services.<name>.outlierDetection or services.<name>.activeHealthCheck',
  ],
])('whoever writes %s is told where it belongs', (_, props, path, fix) => {
  expect(mistaken(props)).toEqual([[path, fix]]);
});

test('of a long list only the nearest names are shown, the suggested one first', () => {
  const [issue] = issuesOf(ui({ replicas: 3 }));
  expect(issue.allowed).toMatch(/^desiredCount, (\w+, ){6}\w+ and \d+ more$/);
});

test('of very many services not all are listed', () => {
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`service-${index}`, service()]));
  const [unlike] = issuesOf(mesh({ ...many, ui: service({ calls: ['zzzzzzzzzz'] }) }));
  expect(unlike.allowed).toMatch(/ and 36 more$/);
  const [near] = issuesOf(mesh({ ...many, ui: service({ calls: ['service_42'] }) }));
  expect(near).toMatchObject({ allowed: expect.stringMatching(/^service-42, .* and 52 more$/), fix: 'did you mean "service-42"?' });
});
