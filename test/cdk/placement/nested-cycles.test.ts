import { App, Stack } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Key } from 'aws-cdk-lib/aws-kms';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Authorizer, Edge, Microservices, Placement } from '../../../lib';
import flags from '../../../cdk.json';
import { cyclesIn } from '../../support/assembly/cycles';
import { service } from '../../support/stack';

const authorizer = Authorizer.none();
const groups = { front: Placement.nestedStack(), back: Placement.nestedStack() };

function stackOf(): { readonly app: App; readonly stack: Stack } {
  const app = new App({ context: flags.context });
  return { app, stack: new Stack(app, 'Stack') };
}

test.each([
  [
    'an HTTP API in another group',
    (group?: string) => Edge.httpApi({ group, authorizer, routes: { $default: { service: 'web' } } }),
    'front',
  ],
  ['an HTTP API in no group', (group?: string) => Edge.httpApi({ group, authorizer, routes: { $default: { service: 'web' } } }), undefined],
  [
    'a REST API in another group',
    (group?: string) => Edge.restApi({ group, authorizer, routes: { 'ANY /': { service: 'web' } } }),
    'front',
  ],
])('a service may have the URL of %s in its environment', (_, edge, group) => {
  const { app, stack } = stackOf();
  const shop = new Microservices(stack, 'Shop', {
    groups: group === undefined ? { back: groups.back } : groups,
    services: { web: service({ group: 'back' }) },
    edge: edge(group),
  });
  shop.service('web').workload().container.addEnvironment('PUBLIC_URL', shop.edge().url);
  expect(cyclesIn(app.synth())).toEqual([]);
});

test('fails if nested stacks need each other by references of the user, with the way from one to itself', () => {
  const { app, stack } = stackOf();
  const shop = new Microservices(stack, 'Shop', {
    groups,
    services: { web: service({ group: 'front', calls: ['orders'] }), orders: service({ group: 'back' }) },
  });
  shop.service('orders').workload().container.addEnvironment('CALLER', shop.service('web').workload().taskDefinition.family);
  shop.service('orders').workload().container.addEnvironment('ROLE', shop.service('web').taskRole.roleArn);
  expect(() => app.synth()).toThrow(
    /CONFLICT: nested stacks need each other.*"Stack\/Shop\/Group-back" needs "Stack\/Shop\/Group-front" \(parameter \w*TaskRole\w*\) needs.* Fix: /,
  );
});

test('fails if a nested stack needs itself by way of a resource beside it', () => {
  const { app, stack } = stackOf();
  const encryptionMasterKey = new Key(stack, 'Key');
  const queue = new Queue(stack, 'Queue', { encryption: QueueEncryption.KMS, encryptionMasterKey });
  const shop = new Microservices(stack, 'Shop', {
    groups: { back: groups.back },
    services: { web: service({ group: 'back', environment: { QUEUE: queue.queueUrl } }) },
  });
  encryptionMasterKey.addToResourcePolicy(
    new PolicyStatement({ actions: ['kms:Decrypt'], resources: ['*'], principals: [shop.service('web').taskRole] }),
  );
  expect(() => app.synth()).toThrow(
    /"Stack\/Shop\/Group-back" needs "Stack\/Queue\/Resource" \(parameter \w+\) needs "Stack\/Key\/Resource" needs "Stack\/Shop\/Group-back"/,
  );
});
