import { CfnResource, Stage } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Construct, IConstruct } from 'constructs';
import type { OutsideVariable } from '../../core/plan/outside-addresses';
import { outsideAddressCheck } from '../../core/plan/outside-addresses';
import type { SystemPlan } from '../../core/plan/system-plan';
import type { ClientProps } from '../../props/clients/client-props';
import { rendered } from '../rendered';
import { warn } from '../warn';

/** What has variables, and may be told an address. */
const PROGRAMS = ['AWS::Lambda::Function', 'AWS::ECS::TaskDefinition', 'AWS::Batch::JobDefinition'];

/**
 * At synth, when all variables are there: addresses of the mesh in what is no task of it. The warning stands at the function or the task
 * definition, where it is acknowledged.
 *
 * @param isOfMesh whether a construct is a task definition of this mesh, or of another one with the same names
 */
export function warnOfOutsideAddresses(
  scope: Construct,
  plan: SystemPlan,
  props: Readonly<Record<string, ClientProps>>,
  isOfMesh: (construct: IConstruct) => boolean,
): void {
  scope.node.addValidation({
    validate: () => {
      const check = outsideAddressCheck(plan, scope.node.path);
      for (const resource of programsBelow(Stage.of(scope) ?? scope.node.root)) {
        const owner = resource.node.scope ?? resource;
        if (isOfMesh(owner)) continue;
        const client = plan.clients?.clients.find(({ name }) => props[name] !== undefined && props[name].role === roleOf(owner));
        warn(owner, check(variablesIn(rendered(resource)?.Resources), client));
      }
      return [];
    },
  });
}

/** Without those of stages below, whose meshes may have the same names. */
function programsBelow(stage: IConstruct): readonly CfnResource[] {
  const found: CfnResource[] = [];
  const all: IConstruct[] = [stage];
  for (const construct of all) {
    for (const child of construct.node.children) if (!Stage.isStage(child)) all.push(child);
    if (CfnResource.isCfnResource(construct) && PROGRAMS.includes(construct.cfnResourceType)) found.push(construct);
  }
  return found;
}

function roleOf(program: IConstruct): IRole | undefined {
  const { role, taskRole } = program as { readonly role?: IRole; readonly taskRole?: IRole };
  return role ?? taskRole;
}

/** Of Lambda a map in `Variables`, of the others a list of `Name` and `Value`, at several depths. */
function variablesIn(value: unknown): readonly OutsideVariable[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    key === 'Environment' ? variablesOf(inner) : variablesIn(inner),
  );
}

function variablesOf(environment: unknown): readonly OutsideVariable[] {
  const entries = Array.isArray(environment)
    ? (environment as readonly { readonly Name?: unknown; readonly Value?: unknown }[]).map(({ Name, Value }) => [Name, Value] as const)
    : Object.entries((environment as { readonly Variables?: object } | null)?.Variables ?? {});
  return entries.map(([name, value]: readonly [unknown, unknown]) => ({ name: String(name), text: textOf(value) }));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}
