import { CfnOutput, CfnParameter, Fn, Names, NestedStack, Stack } from 'aws-cdk-lib';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { outermost } from '../stack-elements';

/** Where values are made: a group's foundations, or the stack of the system. */
interface Source {
  /** The name of the group; undefined for the stack of the system. */
  readonly group: string | undefined;
  readonly scope: Construct;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Values that stacks hand out to each other by names, mostly of services, such as the IDs of security groups. A template takes 200
 * parameters, so each stack hands out one text with all that it has, `|orders=sg-1|carts=sg-2|`, and those who need a value cut it out
 * by its name. What stands in a template that uses one value does not change with the others.
 *
 * Nested stacks of the system get the text as a parameter. A stack of the user's reads it from AWS Systems Manager: CloudFormation refuses
 * to change an export that is in use, or to take it away, and the text changes with each new service.
 */
export class HandedOut {
  private readonly sources = new Map<string, Source>();

  /** @param id of constructs, such as `SecurityGroups` */
  constructor(
    private readonly system: Construct,
    private readonly id: string,
  ) {}

  /** Before anybody takes one of them. */
  add(source: Source): void {
    for (const name of source.values.keys()) this.sources.set(name, source);
  }

  /** The value of a service, as it is written in the stack of a construct. */
  get(service: string, user: Construct): string {
    const source = this.sources.get(service);
    const value = source?.values.get(service);
    if (source === undefined || value === undefined) throw new Error(`bug: nothing of "${service}" is handed out as ${this.id}`);
    if (Stack.of(source.scope) === Stack.of(user)) return value;
    return Fn.select(0, Fn.split('|', Fn.select(1, Fn.split(`|${service}=`, this.textIn(source, user)))));
  }

  private textIn(source: Source, user: Construct): string {
    const stack = Stack.of(user);
    if (stack === Stack.of(this.system)) return this.textInSystem(source);
    if (stack instanceof NestedStack && stack.nestedStackParent === Stack.of(this.system)) return this.parameterOf(source, stack);
    return ssm.StringParameter.valueForStringParameter(user, this.stored(source));
  }

  /** An output of the foundations; in the stack of the system, the text itself. */
  private textInSystem({ group, scope, values }: Source): string {
    const text = Fn.join('', [...[...values].flatMap(([name, value]) => [`|${name}=`, value]), '|']);
    if (group === undefined) return text;
    const stack = Stack.of(scope);
    const output = (stack.node.tryFindChild(this.id) as CfnOutput | undefined) ?? new CfnOutput(stack, this.id, { value: text });
    if (stack.nestedStackResource === undefined) throw new Error(`bug: the foundations of "${group}" are no nested stack`);
    return stack.nestedStackResource.getAtt(`Outputs.${output.logicalId}`).toString();
  }

  private parameterOf(source: Source, stack: NestedStack): string {
    const id = this.idOf(source);
    const known = stack.node.tryFindChild(id) as CfnParameter | undefined;
    if (known !== undefined) return known.valueAsString;
    const parameter = new CfnParameter(stack, id, { type: 'String' });
    stack.setParameter(parameter.logicalId, this.textInSystem(source));
    return parameter.valueAsString;
  }

  /** The name of a parameter of AWS Systems Manager, which other stacks know without a reference. */
  private stored(source: Source): string {
    const id = this.idOf(source);
    // Of a nested stack only a deployment knows the name.
    const { stackName } = outermost(Stack.of(this.system));
    const parameterName = `/ecs-microservices/${stackName}/${Names.nodeUniqueId(this.system.node)}/${id}`;
    if (this.system.node.tryFindChild(id) === undefined)
      new ssm.StringParameter(this.system, id, {
        parameterName,
        description: 'What stacks of the mesh refer to, by the names of services',
        stringValue: this.textInSystem(source),
      });
    return parameterName;
  }

  private idOf({ group }: Source): string {
    return group === undefined ? `${this.id}OfSystem` : `${this.id}Of-${distinct(group)}`;
  }
}

/**
 * The CDK takes the ID of what stands directly in a stack for its logical ID, without hyphens: those of `ab` and `a-b` would be the same.
 * Names of groups have no capitals.
 */
function distinct(group: string): string {
  return group.replaceAll('-', 'X');
}
