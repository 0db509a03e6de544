/** Shifts of services in groups: what stands in which stack, and what those have of each other. */
import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Microservices, Placement, Shift } from '../../../lib';
import { WEIGHT_SHIFT_RESOURCE, WEIGHTS_RESOURCE } from '../../../lib/core/contract/weight-shift';
import { flatten } from '../../../programs/emulator/assembly/flatten';
import { rootStacksOf } from '../../../programs/emulator/assembly/synthesized';
import type { Resource } from '../../../programs/emulator/template/template';
import { cyclesIn } from '../../support/assembly/cycles';
import { QUICK } from '../../support/placed-system';
import { service } from '../../support/stack';

const versions = { v1: { weight: 100 }, v2: { weight: 0 } };

interface Placed {
  /** The path of its stack, such as `Root/nested`. */
  readonly path: string;
  readonly id: string;
  readonly resource: Resource;
}

/** All resources of a system whose service `orders` is in a group, deployable: nothing waits for itself. */
function placed(kind: 'nestedStack' | 'stack', shift = true) {
  const app = new App({ context: { '@aws-cdk/core:defaultCrossStackReferences': 'strong' }, treeMetadata: false });
  const [root, own] = [new Stack(app, 'Root'), new Stack(app, 'Own')];
  new Microservices(root, 'Shop', {
    ...QUICK,
    vpc: new ec2.Vpc(root, 'Vpc'),
    groups: { back: kind === 'stack' ? Placement.stack(own) : Placement.nestedStack() },
    services: {
      ui: service({ calls: ['orders'] }),
      orders: service({ group: 'back', versions, ...(shift ? { shift: Shift.linear() } : {}) }),
    },
  });
  const assembly = app.synth();
  expect(cyclesIn(assembly)).toEqual([]);
  flatten(assembly, { main: 'Root' });
  const stacks = rootStacksOf(assembly).flatMap(({ all }) => all);
  const resources = stacks.flatMap(({ path, template }) =>
    Object.entries(template.Resources ?? {}).map(([id, resource]): Placed => ({ path: String(path), id, resource })),
  );
  const exports = stacks.flatMap(({ path, template }) =>
    Object.entries((template.Outputs ?? {}) as Readonly<Record<string, { readonly Export?: unknown }>>)
      .filter(([, { Export }]) => Export !== undefined)
      .map(([id]) => `${String(path)} ${id}`),
  );
  return { resources, exports, ofType: (type: string) => resources.filter(({ resource }) => resource.Type === type) };
}

test.each(['nestedStack', 'stack'] as const)(
  'what moves weights stands in the %s of the service, and its parameter in the foundations',
  (kind) => {
    const { ofType } = placed(kind);
    const [parameter, ...others] = ofType(WEIGHTS_RESOURCE);
    const [shift] = ofType(WEIGHT_SHIFT_RESOURCE);
    const [service_] = ofType('AWS::ECS::Service').filter(({ id }) => id.includes('orders'));
    expect(others).toEqual([]);
    expect(shift?.path).toBe(service_?.path);
    expect(parameter?.path).not.toBe(shift?.path);
    // The function that deletes a shift goes with it, and not with the stack of the system, which is deployed first.
    const [token] = Object.values(shift?.resource.Properties?.['ServiceToken'] as Readonly<Record<string, readonly string[]>>);
    expect(ofType('AWS::Lambda::Function').find(({ id, path }) => id === token?.[0] && path === shift?.path)).toBeDefined();
    expect(ofType('AWS::StepFunctions::StateMachine').map(({ path }) => path)).toContain(shift?.path);
  },
);

test('the name of the parameter is that which the function may make, of the stack of the system', () => {
  const { ofType, resources } = placed('nestedStack');
  const [parameter] = ofType(WEIGHTS_RESOURCE);
  const name = JSON.stringify(parameter?.resource.Properties?.['Parameter']);
  expect(name).not.toContain('AWS::StackId');
  const [, handedIn = ''] = /"Ref":"([^"]+)"/.exec(name) ?? [];
  const foundations = resources.find(
    ({ resource: { Type: type, Properties: properties = {} } }) =>
      type === 'AWS::CloudFormation::Stack' && Object.hasOwn((properties['Parameters'] ?? {}) as object, handedIn),
  );
  expect(foundations?.resource.Properties?.['Parameters']).toMatchObject({ [handedIn]: { Ref: 'AWS::StackId' } });
});

test('the function in the group may read and write the parameter of its service, and make none', () => {
  const { ofType } = placed('stack');
  const [shift] = ofType(WEIGHT_SHIFT_RESOURCE);
  const policies = ofType('AWS::IAM::Role').filter(({ path }) => path === shift?.path);
  const texts = policies.map(({ resource }) => JSON.stringify(resource.Properties)).filter((text) => text.includes('ssm:PutParameter'));
  expect(texts).toHaveLength(1);
  expect(texts[0]).toContain('"Action":["ssm:GetParameter","ssm:PutParameter"]');
  expect(texts[0]).not.toContain('mesh-*');
});

test('a shift that is removed takes away no export', () => {
  expect(placed('stack', false).exports).toEqual(placed('stack').exports);
});
