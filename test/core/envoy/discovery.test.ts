import { sdsPaths } from '../../../programs/agent/certificate/sds';
import { edsPath } from '../../../programs/agent/endpoints/eds';
import { MESH_DIRECTORY } from '../../../lib/core/contract/files';
import { mesh, service } from '../../support/parsing';
import { at, cluster, configurationOf, listener } from './configuration';

const shop = (desiredCount: number): unknown => mesh({ ui: service({ calls: ['orders'] }), orders: service({ desiredCount }) });
const dns = configurationOf(shop(8), 'ui');
const agent = configurationOf(shop(9), 'ui');

test('as many tasks as DNS names are found by DNS', () => {
  expect(at(cluster(dns, 'orders'), 'cluster_type.name')).toBe('DnsCluster');
  expect(cluster(dns, 'orders')).not.toHaveProperty('type');
});

test('more of them come from the file that the agent writes', () => {
  expect(cluster(agent, 'orders')).toMatchObject({
    type: 'EDS',
    eds_cluster_config: { eds_config: { path_config_source: { path: edsPath(MESH_DIRECTORY, 'orders') } } },
  });
  expect(cluster(agent, 'orders')).not.toHaveProperty('load_assignment');
});

test('and are called in the same way, but that a retry may leave the zone', () => {
  const how = (configuration: object): object =>
    Object.fromEntries(
      Object.entries(configuration).filter(([key]) => !['cluster_type', 'load_assignment', 'type', 'eds_cluster_config'].includes(key)),
    );
  expect(how(cluster(agent, 'orders'))).toEqual(how(cluster(dns, 'orders')));
  const retry = 'filter_chains.0.filters.0.typed_config.route_config.virtual_hosts.0.routes.0.route.retry_policy.retry_priority.name';
  expect(at(listener(agent, 'orders'), retry)).toBe('PreviousPrioritiesConfig');
  expect(at(listener(dns, 'orders'), retry)).toBeUndefined();
});

test('secrets come from the files that the agent writes', () => {
  const { identity, trust } = sdsPaths(MESH_DIRECTORY);
  const text = JSON.stringify(dns);
  expect(text).toContain(`{"name":"identity","sds_config":{"path_config_source":{"path":"${identity}"}}}`);
  expect(text).toContain(`{"name":"trust","sds_config":{"path_config_source":{"path":"${trust}"}}}`);
});
