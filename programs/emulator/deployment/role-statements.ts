import type { Statement } from '../aws/policy';
import type { Json, JsonObject, Resolver, Resource, Template } from '../template/intrinsics';
import { isObject } from '../template/intrinsics';

/**
 * What the policies of a role say: those in it, and those of the template that are attached to it. A policy of AWS's own
 * is not in the template, and grants nothing here.
 */
export function roleStatements(template: Template, resolver: Resolver, role: string): readonly Statement[] {
  const resources = Object.entries(template.Resources ?? {});
  const own = roleOf(template, role);
  const attached = resolver.referencedAll(own.Properties?.['ManagedPolicyArns'] ?? []);
  const separate = resources.filter(
    ([id, { Type, Properties }]) =>
      (Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy') &&
      (attached.includes(id) || resolver.referencedAll(Properties?.['Roles'] ?? []).includes(role)),
  );
  const documents = [
    ...objects(own.Properties?.['Policies']).map((policy) => policy['PolicyDocument']),
    ...separate.map(([, { Properties }]) => Properties?.['PolicyDocument']),
  ];
  return documents.flatMap((document) => statementsIn(document, resolver));
}

/**
 * What the document of a policy says.
 *
 * @throws Error if it has variables, and is not of the version that knows them
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function statementsIn(document: Json | undefined, resolver: Resolver): readonly Statement[] {
  const resolved = resolver.resolve(document);
  if (!isObject(resolved)) return [];
  const statements = objects(resolved['Statement']);
  if (resolved['Version'] !== VERSION && JSON.stringify(statements).includes('${'))
    throw new Error(`a policy has variables, and is not of the version ${VERSION}: they would be taken as they stand`);
  return statements;
}

const VERSION = '2012-10-17';

/**
 * The tags of a role. Keys that differ in their case alone are the same key.
 *
 * @throws Error for what IAM does not take
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules_creating
 */
export function roleTags(template: Template, resolver: Resolver, role: string): Readonly<Record<string, string>> {
  const tags = objects(resolver.resolve(roleOf(template, role).Properties?.['Tags'] ?? [])).map(
    ({ Key: key, Value: value }) => [resolver.text(key), resolver.text(value)] as const,
  );
  for (const [key, value] of tags)
    if (!TAG_KEY.test(key) || !TAG_VALUE.test(value))
      throw new Error(`${role}: IAM takes no tag ${JSON.stringify(key)} of ${JSON.stringify(value)}`);
  if (new Set(tags.map(([key]) => key.toLowerCase())).size < tags.length) throw new Error(`${role} has a tag twice`);
  return Object.fromEntries(tags);
}

const TAG_KEY = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

function roleOf(template: Template, role: string): Resource {
  const own = template.Resources?.[role];
  if (own?.Type !== 'AWS::IAM::Role') throw new Error(`"${role}" is no role of the template`);
  return own;
}

function objects(value: Json | undefined): readonly JsonObject[] {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return list.filter(isObject);
}
