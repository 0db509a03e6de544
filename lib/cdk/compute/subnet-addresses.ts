import type { SubnetAddresses } from '../../core/plan/addresses';
import type { MicroservicesProps } from '../../props/microservices-props';
import { hasIpv6Block, subnetResource } from '../subnet-resource';
import { vpcOf } from './network';

/** What the app shows of the addresses that tasks get; of subnets that are imported by their IDs, nothing is known. */
export function subnetAddresses({ vpc, cluster, vpcSubnets }: MicroservicesProps): SubnetAddresses {
  const path = cluster === undefined || vpc !== undefined ? 'vpc' : 'cluster.vpc';
  const given = vpcOf({ cluster, vpc });
  const subnets = given === undefined ? [] : given.selectSubnets(vpcSubnets).subnets.map(subnetResource);
  const known = subnets.flatMap((subnet) => subnet ?? []);
  return {
    path: vpcSubnets === undefined ? path : 'vpcSubnets',
    ipv6Only: known.filter(({ ipv6Native }) => ipv6Native === true).map(({ node }) => node.path),
    dualStack: known.some((subnet) => subnet.ipv6Native !== true && hasIpv6Block(subnet)),
  };
}
