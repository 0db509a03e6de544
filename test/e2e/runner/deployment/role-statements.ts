import type { Statement } from '../aws/policy';
import type { Json, JsonObject, Resolver, Template } from '../intrinsics';
import { isObject } from '../intrinsics';

/**
 * What the policies of a role say: those in it, and those of the template that are attached to it. A policy of AWS's own
 * is not in the template, and grants nothing here.
 */
export function roleStatements(template: Template, resolver: Resolver, role: string): readonly Statement[] {
  const resources = Object.entries(template.Resources ?? {});
  const own = template.Resources?.[role];
  if (own?.Type !== 'AWS::IAM::Role') throw new Error(`"${role}" is no role of the template`);
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

/** What the document of a policy says. */
export function statementsIn(document: Json | undefined, resolver: Resolver): readonly Statement[] {
  const resolved = resolver.resolve(document);
  return isObject(resolved) ? objects(resolved['Statement']) : [];
}

function objects(value: Json | undefined): readonly JsonObject[] {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return list.filter(isObject);
}
