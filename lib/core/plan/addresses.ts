import type { Warning } from '../model/topology';
import type { IssueList } from '../reading/issues';
import { Reader } from '../reading/reader';

/** Which addresses the tasks get in the subnets that they are to run in. */
export interface SubnetAddresses {
  /** Where the subnets stand in the props. */
  readonly path: string;
  /** Subnets with no IPv4 addresses. */
  readonly ipv6Only: readonly string[];
  /** Whether a subnet has addresses of both kinds. */
  readonly dualStack: boolean;
}

/**
 * Tasks register as A records and with IPv4 addresses, Envoy listens on IPv4 and looks for IPv4, and the images that the CDK builds
 * have URIs of Amazon ECR that are known to IPv4 only.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html
 */
export function checkAddresses({ path, ipv6Only }: SubnetAddresses, issues: IssueList): void {
  if (ipv6Only.length === 0) return;
  new Reader(issues, path, undefined).fail(
    'UNUSABLE_VPC',
    `tasks need IPv4 addresses, by which the mesh finds and reaches them, and these subnets have none: ${ipv6Only.join(', ')}`,
    { got: null, fix: 'use subnets with IPv4 addresses, with or without IPv6 beside them' },
  );
}

export function addressWarnings({ path, dualStack }: SubnetAddresses): readonly Warning[] {
  if (!dualStack) return [];
  return [
    {
      id: 'dual-stack-vpc',
      path,
      message:
        'the subnets have IPv6, which the mesh does not use: tasks register, listen and call each other and external services by ' +
        'IPv4. Applications can open IPv6 connections themselves, to the ports of `egress`. Clients use IPv6 if the edge has ' +
        'ipAddressType: IpAddressType.DUAL_STACK',
    },
  ];
}
