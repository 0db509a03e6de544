import { planSystem } from '../../../../lib/core/plan-system';
import { IssueList } from '../../../../lib/core/reading/issues';
import { mesh, seconds, service, topologyOf } from '../../../support/parsing';

const many = service({ desiredCount: 20 });
const environmentOf = (task: string, props: unknown): Readonly<Record<string, string>> => {
  const plan = planSystem(topologyOf(props), new IssueList());
  return plan.workloads.find(({ name }) => name === task)?.containers.find(({ role }) => role === 'agent')?.environment ?? {};
};
const edge = { kind: 'http', authorizer: { kind: 'none' }, routes: { $default: { service: 'orders' } } };

test('the gateway lists its callees as often as they wait for it when they stop, though API Gateway notices later', () => {
  const props = mesh({ orders: many }, { edge });
  expect(environmentOf('gateway', props)).toMatchObject({ MESH_REFRESH_SECONDS: '17', MESH_LIST_SECONDS: '5' });
  expect(environmentOf('orders', props)).toMatchObject({ MESH_REFRESH_SECONDS: '5' });
});

test('a service that is found by agents waits for as long as these may take to list it', () => {
  const props = mesh(
    { ui: service({ calls: ['orders', 'few'] }), orders: many, few: service() },
    { mesh: { provider: 'envoy', discoveryInterval: seconds(10) } },
  );
  expect(environmentOf('ui', props)).toMatchObject({ MESH_POLL_SECONDS: '10', MESH_LIST_SECONDS: '25', MESH_REFRESH_SECONDS: '5' });
  expect(environmentOf('orders', props)).toMatchObject({ MESH_REFRESH_SECONDS: '25', MESH_STOP_SECONDS: '86' });
  expect(environmentOf('few', props)).toMatchObject({ MESH_REFRESH_SECONDS: '5', MESH_STOP_SECONDS: '46' });
});
