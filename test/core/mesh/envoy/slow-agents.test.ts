import { planSystem } from '../../../../lib/core/plan-system';
import { agentPace } from '../../../../lib/core/mesh/envoy/agent-pace';
import type { EnvoyTopology } from '../../../../lib/core/mesh/envoy/settings';
import { IssueList } from '../../../../lib/core/reading/issues';
import type { Raw } from '../../../support/parsing';
import { mesh, service, topologyOf } from '../../../support/parsing';

const warned = (props: Raw, id: string): readonly string[] =>
  planSystem(topologyOf(props), new IssueList())
    .warnings.filter((warning) => warning.id === id)
    .map(({ message }) => message);
const slow = (props: Raw, id = 'cloud-map-requests'): readonly string[] =>
  warned(props, id).filter((message) => message.includes('instead of'));
const paceOf = (props: Raw): ReturnType<typeof agentPace> => agentPace(topologyOf(props) as EnvoyTopology);

const nine = service({ desiredCount: 9 });
const http = (options: Raw = {}): Raw => {
  const many = service({ desiredCount: 500, calls: ['a', 'b', 'c'] });
  const callers = Object.fromEntries(Array.from({ length: 4 }, (_, index) => [`caller-${index}`, many]));
  return mesh({ ...callers, a: nine, b: nine, c: nine }, { mesh: { provider: 'envoy', ...options } });
};
/** Tasks that call services of which they do not notice when a task stops. */
const tcp = (tasks: number, callees: number, options: Raw = {}): Raw => {
  const names = Array.from({ length: callees }, (_, index) => `db-${index}`);
  const databases: Raw = Object.fromEntries(
    names.map((name, index) => [name, service({ desiredCount: 20, port: 5000 + index, protocol: 'tcp' })]),
  );
  const ui = service({ desiredCount: tasks, port: 9000, calls: names });
  return mesh({ ui, ...databases }, { mesh: { provider: 'envoy', ...options } });
};

describe('a system whose agents are slower than they are meant to be', () => {
  test('gets a warning with how fast they are, how long that may take, and what to do', () => {
    expect(slow(http())).toEqual([
      'all tasks together look at 8,000 services of Cloud Map, so that each agent looks for changes every 6 seconds instead of every 2, ' +
        'lists tasks of a service every 16 seconds at most instead of every 2, and may take 16 seconds instead of 10 to find a ' +
        'task that has started. Together they send up to 1,334 DiscoverInstancesRevision and 500 DiscoverInstances ' +
        'requests a second; discoveryRateLimit allows 1,500, and a third of it. For the shortest intervals, raise ' +
        '"DiscoverInstancesRevision operation per account rate" of AWS Cloud Map in Service Quotas to 24,000 a second, raise ' +
        '"DiscoverInstances operation per account steady rate" of AWS Cloud Map in Service Quotas to 8,000 a second, and set ' +
        'discoveryRateLimit of Mesh.envoy() to 12,000: a deployment may take twice as much, and the default quota is 3,000 a second for ' +
        'each account and Region (https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-limits.html). If this pace will do, ' +
        'acknowledge this warning',
    ]);
  });

  test('is as fast as it is meant to be with the rate that the warning names, and warns of the requests with their number', () => {
    expect(slow(http({ discoveryRateLimit: 11_999 }))).toHaveLength(1);
    const messages = warned(http({ discoveryRateLimit: 12_000 }), 'cloud-map-requests');
    expect(messages).toHaveLength(2);
    expect(messages[0]).toContain(
      'agents look up to 8000 times a second whether tasks of callees came or went; the default quota is 3,000',
    );
  });

  test('with a small limit of its own gets a warning of only what is slower, and that the limit alone is to be raised', () => {
    const [message = '', ...others] = slow(tcp(50, 1, { discoveryRateLimit: 100 }));
    expect(others).toEqual([]);
    expect(message).toContain(
      'all tasks together look at 100 services of Cloud Map, so that each agent lists tasks of a service every 3 seconds at most instead ' +
        'of every 2. Together they send up to 50 DiscoverInstancesRevision and 28 DiscoverInstances requests a second; ' +
        'discoveryRateLimit allows 100, and a third of it. For the shortest intervals, set discoveryRateLimit of Mesh.envoy() to 109: up ' +
        'to 1,500, half of the default quota of 3,000 a second for each account and Region (',
    );
    expect(message).not.toContain('raise');
    expect(slow(tcp(50, 1, { discoveryRateLimit: 108 }))).toHaveLength(1);
    expect(slow(tcp(50, 1, { discoveryRateLimit: 109 }))).toEqual([]);
  });

  test('gets a warning of how long tasks of callees serve whose stop nobody notices', () => {
    const [message] = slow(tcp(50, 1, { discoveryRateLimit: 10 }));
    expect(message).toContain(
      'looks for changes every 12 seconds instead of every 2, lists tasks of a service every 32 seconds at most instead of every 2, ' +
        'keeps a list of a callee whose stop it does not notice, such as a TCP service, for up to 40 seconds instead of 5, so that a ' +
        'task of it that stops has to go on serving for 81 seconds, and may take 32 seconds instead of 10 to find',
    );
    expect(message).not.toContain('raise');
  });

  test('gets a warning of quotas where its own limit and these are too small', () => {
    expect(slow(http({ discoveryRateLimit: 1000 }))[0]).toMatch(
      /to 12,000: up to 1,500, half of the default quota .*, it needs no larger quota, and before it is set to more, raise "DiscoverInst/,
    );
  });

  test('gets the same warning of weights', () => {
    const versions = { v1: { weight: 1 }, v2: { weight: 1 } };
    const weighed = (tasks: number, options: Raw = {}): Raw =>
      mesh(
        { ui: service({ desiredCount: tasks, calls: ['orders'] }), orders: service({ versions }) },
        { mesh: { provider: 'envoy', ...options } },
      );
    expect(slow(weighed(400), 'ssm-requests')).toEqual([
      expect.stringMatching(
        /each reads them every 22\.5 seconds instead of every 15, .* up to 18 requests a second; weightsRateLimit allows 20\. For the sho/,
      ),
    ]);
    expect(slow(weighed(100), 'ssm-requests')).toEqual([]);
    const [small] = slow(weighed(100, { weightsRateLimit: 2 }), 'ssm-requests');
    expect(small).toContain('set weightsRateLimit of Mesh.envoy() to 7: up to 20, half of the default quota of 40 a second');
    expect(small).not.toContain('switch on');
  });
});

describe('a task whose stop its callers do not notice', () => {
  test('that ECS stops before they have listed its service anew is warned of, with the time that it would need and the fix', () => {
    const props = tcp(1000, 15);
    expect(paceOf(props).silentListSeconds).toBe(80);
    expect(warned(props, 'unnoticed-stop')).toEqual([
      'callers do not notice when a task of db-0, db-1, db-10, db-11, db-12 and 10 more stops, and keep lists of its tasks for up to 80 ' +
        'seconds, so that it has to go on serving for 161 seconds. Amazon ECS gives it 120 seconds at most, with the time for its last ' +
        'requests (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_timeout)' +
        ': after that, calls to it fail until their callers have listed its service anew. For lists that are new enough, raise ' +
        '"DiscoverInstancesRevision operation per account rate" of AWS Cloud Map in Service Quotas to 5,000 a second, raise ' +
        '"DiscoverInstances operation per account steady rate" of AWS Cloud Map in Service Quotas to 1,667 a second, and set ' +
        'discoveryRateLimit of Mesh.envoy() to 2,500: a deployment may take twice as much, and the default quota is 3,000 a second for ' +
        'each account and Region (https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-limits.html). Or let fewer tasks call these ' +
        'services, or let each of them have at most 8 tasks: DNS finds those. If such services are not called while they are deployed, ' +
        'acknowledge this warning',
    ]);
    expect(warned(tcp(1000, 15, { discoveryRateLimit: 2499 }), 'unnoticed-stop')).toHaveLength(1);
    expect(warned(tcp(1000, 15, { discoveryRateLimit: 2500 }), 'unnoticed-stop')).toEqual([]);
  });

  test('has enough time in systems of ordinary size', () => {
    expect(warned(tcp(1000, 3), 'unnoticed-stop')).toEqual([]);
    expect(warned(http({ discoveryRateLimit: 10 }), 'unnoticed-stop')).toEqual([]);
  });

  test('needs no larger quota where only the limit of the system is too small', () => {
    const [message = ''] = warned(tcp(50, 1, { discoveryRateLimit: 4 }), 'unnoticed-stop');
    expect(message).toMatch(/of db-0 stops, .* set discoveryRateLimit of Mesh\.envoy\(\) to \d: up to 1,500, half of the default quota/);
    expect(message).not.toContain('raise');
  });
});
