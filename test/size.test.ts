import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Certificates, Tracing } from '../lib';
import type { ServiceProps } from '../lib';
import { build, resourcesOf, service } from './support/stack';

/** A chain: service-0 calls service-1 ... */
function chain(count: number, certificates = Certificates.kms()): { readonly resources: number; readonly bytes: number } {
  const services = Object.fromEntries(
    Array.from({ length: count }, (_, index): [string, ServiceProps] => [
      `service-${index}`,
      service({ calls: index + 1 < count ? [`service-${index + 1}`] : [] }),
    ]),
  );
  const { template } = build({ services, certificates, tracing: Tracing.xray() });
  // As the CDK writes it to disk, and CloudFormation counts it.
  return {
    resources: Object.keys(resourcesOf(template)).length,
    bytes: Buffer.byteLength(JSON.stringify(template.toJSON(), undefined, 1)),
  };
}

test.each([
  ['with mutual TLS', Certificates.kms(), { resources: 7, bytes: 27_100 }],
  ['in plain text', Certificates.none(), { resources: 7, bytes: 20_600 }],
])('one service more %s costs no more than it should', (_, certificates, most) => {
  const [ten, eleven] = [chain(10, certificates), chain(11, certificates)];
  expect(eleven.resources - ten.resources).toBeLessThanOrEqual(most.resources);
  expect(eleven.bytes - ten.bytes).toBeLessThanOrEqual(most.bytes);
});

test('35 services fit into a stack, as README.md and docs/operations.md say', () => {
  expect(readFileSync(join(__dirname, '../README.md'), 'utf8')).toContain('More than about 35 services');
  expect(readFileSync(join(__dirname, '../docs/operations.md'), 'utf8')).toContain('1 MB, about 35 services');
  expect(chain(35).bytes).toBeLessThan(1_000_000);
  expect(() => chain(40)).toThrow('STACK_TOO_LARGE');
});

test('fails if a stack has more resources than CloudFormation takes, and tells the counts', () => {
  expect(() => chain(70)).toThrow(
    /STACK_TOO_LARGE: the stack "Stack" has 5\d\d resources, 5\d\d of them from the 70 ECS services of this mesh; CloudFormation takes 500\. Fix: /,
  );
});

test('fails if a template has more bytes than CloudFormation takes, and tells the counts', () => {
  const services = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`service-${index}`, service({ environment: { LARGE: 'x'.repeat(20_000) } })]),
  );
  expect(() => build({ services })).toThrow(
    /STACK_TOO_LARGE: the template of "Stack" has 1\d{6} bytes with the 40 ECS services of this mesh; CloudFormation takes 1000000\. Fix: /,
  );
});
