import { isObject, type JsonObject } from '../../../lib/core/readable/json';
import { withParameters, type StackTemplate } from '../assembly/nested-templates';

/**
 * In how many Availability Zones the tasks of templates run; undefined: they do not tell, since the subnets are somebody else's.
 *
 * @param templates of one stack, with those nested in it
 */
export function countZones(templates: readonly StackTemplate[]): number | undefined {
  const lists = templates.flatMap((template) =>
    resources(template).flatMap(([, { Type: type, Properties: properties }]) => {
      if (type !== 'AWS::ECS::Service' || !isObject(properties)) return [];
      const subnets = subnetsOf(properties['NetworkConfiguration']);
      return subnets === undefined ? [] : asList(withParameters(subnets, template, templates));
    }),
  );
  if (lists.length === 0) return undefined;
  const zones = new Map(
    templates.flatMap((template) =>
      resources(template).flatMap(([id, { Type: type, Properties: properties }]) =>
        type === 'AWS::EC2::Subnet' && isObject(properties) ? [[id, JSON.stringify(properties['AvailabilityZone'])] as const] : [],
      ),
    ),
  );
  const counts = lists.map((subnets) => {
    const own = subnets.map((subnet) => zones.get(refOf(subnet) ?? ''));
    const names = new Set(own);
    // Without a zone in the template, CloudFormation or somebody else has chosen one.
    return subnets.length === 1 ? 1 : names.has(undefined) ? undefined : names.size;
  });
  return counts.includes(undefined) ? undefined : Math.max(...counts.filter((count) => count !== undefined));
}

function resources({ content: { Resources: all } }: StackTemplate): readonly (readonly [string, JsonObject])[] {
  return isObject(all) ? Object.entries(all).flatMap(([id, each]) => (isObject(each) ? [[id, each] as const] : [])) : [];
}

function asList(value: unknown): readonly (readonly unknown[])[] {
  return Array.isArray(value) ? [value] : [];
}

function subnetsOf(network: unknown): readonly unknown[] | undefined {
  const configuration = isObject(network) ? network['AwsvpcConfiguration'] : undefined;
  const subnets = isObject(configuration) ? configuration['Subnets'] : undefined;
  return Array.isArray(subnets) ? subnets : undefined;
}

/** A stack around a nested one passes `{"Ref": …}`; one beside it passes what it exports. */
function refOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  const { Ref: id } = value;
  return typeof id === 'string' ? id : undefined;
}
