import type { DeployedValue } from './system-plan';

/** A name in DNS is no longer. https://datatracker.ietf.org/doc/html/rfc1035#section-2.3.4 */
export const LONGEST_HOST = 253;

/** How long what CloudFormation fills into texts of users often is, such as an ARN or a URL. Most are shorter. */
const OF_A_USERS_VALUE = 100;

/** The ARN of a secret with the key of a field in it: what stands in a task definition for each. */
const OF_A_SECRET = 160;

/** What stands for a value that only a deployment knows, in a text or for a list. https://docs.aws.amazon.com/cdk/v2/guide/tokens.html */
const TOKEN = /[$#]\{Token\[[^\]]*\]\}/g;

/** A value as JSON, with what CloudFormation will fill in. @param each of those values */
export function deployedBytes(value: unknown, each = OF_A_USERS_VALUE): number {
  if (value === undefined) return 0;
  const json = JSON.stringify(value);
  const tokens = json.match(TOKEN) ?? [];
  return Buffer.byteLength(json) + tokens.reduce((sum, token) => sum + each - token.length, 0);
}

/** `{ "name": …, "valueFrom": … }` for each. */
export function secretsBytes(names: readonly string[]): number {
  return deployedBytes(names.map((name) => ({ name, valueFrom: '' }))) + names.length * OF_A_SECRET;
}

/** Of the path of a mesh in its stack, which is a part of logical IDs: longer ones are rare. */
const OF_A_SCOPE = 24;

/**
 * At most of the name that CloudFormation makes for the parameter with a service's weights, `CFN-<logical ID>-<12 characters>`. A logical
 * ID has the IDs of the path, without what is no letter or digit, and a hash of eight characters.
 * https://docs.aws.amazon.com/cdk/v2/guide/identifiers.html#identifiers-logical-ids
 */
export function weightsParameterBytes(service: string): number {
  const logicalId = OF_A_SCOPE + 'Weights'.length + service.replace(/[^A-Za-z0-9]/g, '').length + 8;
  return 'CFN-'.length + logicalId + '-AbCdEfGhIjKl'.length;
}

/**
 * At most of each value that a deployment fills in:
 *
 * - shared: a scope (a domain and the ID of a hosted zone of 32 characters at most), the ARN of a key and that of a function, with the
 *   names of their variables. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (140 characters),
 *   https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html
 * - meshScope: the scope alone
 * - discoveryServiceId: https://docs.aws.amazon.com/cloud-map/latest/api/API_Service.html
 * - endpointArn: an ARN with two names of 255 characters.
 *   https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_VirtualNodeData.html
 * - resourceAttributes: the names of a cluster and of a family, 255 characters each, an account, a Region, and the names of attributes
 */
const MOST: Readonly<Record<Exclude<DeployedValue, 'weightsParameterNames'>, number>> = {
  shared: LONGEST_HOST + 32 + 100 + 140 + 90,
  meshScope: LONGEST_HOST + 32 + 1,
  discoveryServiceId: 64,
  namespaceHttpName: LONGEST_HOST,
  endpointArn: 80 + 2 * 255,
  resourceAttributes: 200 + 2 * 255,
};

/** What the environment of a container gets at deployment, at most. */
export function deployedVariablesBytes(variables: Readonly<Record<string, DeployedValue>>, weightedCallees: readonly string[]): number {
  const valueBytes = (value: DeployedValue): number =>
    value === 'weightsParameterNames' ? weightedCallees.reduce((sum, name) => sum + weightsParameterBytes(name) + 1, 0) : MOST[value];
  return Object.entries(variables).reduce((sum, [name, value]) => sum + deployedBytes({ name, value: '' }) + valueBytes(value) + 1, 0);
}
