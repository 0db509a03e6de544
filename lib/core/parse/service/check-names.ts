import { GATEWAY_NAME, LOAD_BALANCER_NAME } from '../../model/constants';
import type { Topology } from '../../model/topology';
import type { IssueList } from '../../reading/issues';
import { Reader } from '../../reading/reader';
import type { DraftService } from './parse-service';

/** Rules could not tell the two apart. The name is free where no service has a load balancer. */
export function checkLoadBalancerName(drafts: readonly DraftService[]): void {
  const target = drafts.find(({ loadBalancerTarget }) => loadBalancerTarget !== undefined);
  if (target === undefined) return;
  for (const { at, name } of drafts)
    if (name === LOAD_BALANCER_NAME)
      at.fail('RESERVED_NAME', `the name "${name}" stands for load balancers in rules, since "${target.name}" has a loadBalancerTarget`, {
        got: null,
        fix: 'choose another name',
      });
}

/** The names under which tasks register in Cloud Map. */
export function workloadNamesOf({ name, versions, additionalPort }: DraftService): readonly string[] {
  if (additionalPort !== undefined) return [];
  return versions?.map(({ workloadName }) => workloadName) ?? [name];
}

/**
 * "a" in version "b-c" and "a-b" in version "c" are both "a-b-c", as is a service of that name; so are the clusters of their
 * callers' Envoys.
 */
export function checkWorkloadNames(
  drafts: readonly DraftService[],
  externals: readonly string[],
  { edges, clientGateway }: Pick<Topology, 'edges' | 'clientGateway'>,
  issues: IssueList,
): void {
  for (const { gatewayName, path } of edges) {
    if (![...drafts.map(({ name }) => name), ...externals].includes(gatewayName) || gatewayName === GATEWAY_NAME) continue;
    new Reader(issues, path, undefined).fail('RESERVED_NAME', `its gateway service would be called "${gatewayName}", as is a service`, {
      fix: 'give one of the two another name',
    });
  }
  checkPortNames(drafts, externals);
  const owners = new Map<string, string>([
    ...drafts.map(({ name }): [string, string] => [name, `the service "${name}"`]),
    ...edges.map(({ gatewayName, path }): [string, string] => [gatewayName, `the gateway of ${path}`]),
    ...(clientGateway === undefined ? [] : [[clientGateway.name, 'the client gateway'] as [string, string]]),
  ]);
  for (const { at, name: service, versions = [] } of drafts) {
    for (const { name, workloadName } of versions) {
      const owner = owners.get(workloadName);
      if (externals.includes(workloadName))
        at.field('versions')
          .field(name)
          .fail('NAME_CLASH', `its tasks would be "${workloadName}" to callers, as is the external service of that name`, {
            got: null,
            fix: 'give one of the two another name',
          });
      else if (owner !== undefined)
        at.field('versions').field(name).fail('NAME_CLASH', `its tasks would register as "${workloadName}", as do those of ${owner}`, {
          got: null,
          fix: 'give one of the two another name',
        });
      else owners.set(workloadName, `the version "${name}" of "${service}"`);
    }
  }
}

/** The virtual service of a port is called "<service>-<port>". */
function checkPortNames(drafts: readonly DraftService[], externals: readonly string[]): void {
  for (const { at, name, additionalPort } of drafts) {
    if (additionalPort === undefined) continue;
    if (!externals.includes(name) && drafts.filter((draft) => draft.name === name).length === 1) continue;
    at.fail('NAME_CLASH', `callers call this port "${name}", and something else is called so, too`, {
      got: null,
      fix: 'give one of the two another name',
    });
  }
}
