import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { Mesh } from '../../lib';
import { copiedImage } from '../e2e/runner/built-images';
import { Images } from '../e2e/runner/images';
import type { ImageRule, StandInContext } from '../e2e/runner/images';
import * as standIns from '../e2e/runner/stand-ins';
import { readTemplate } from '../../programs/emulator/template/read-template';
import { image, synthesize } from '../e2e/systems/synthesize';

/** Rules that only say who they are; the agent's own would build the agent. */
const named = (name: string, { image: matches }: ImageRule): ImageRule => ({ image: matches, run: () => ({ argv: [name] }) });
// In this order, so that a rule that matches too much is seen.
const RULES = [
  named('agent', standIns.agent()),
  named('envoy', standIns.envoy()),
  named('collector', standIns.xrayCollector()),
  named('app', { image: 'example/app', run: () => ({ argv: [] }) }),
];

const CONTEXT = { address: '10.0.0.1', hostname: 'ip-10-0-0-1' } as const;
function standInsOf(rules: readonly ImageRule[], mesh?: Mesh): Readonly<Record<string, string | undefined>> {
  const services = { ui: { image: image('app'), port: 8080, cpuArchitecture: CpuArchitecture.X86_64 } };
  const [service] = readTemplate(synthesize({ services, ...(mesh === undefined ? {} : { mesh }) })).services;
  const images = new Images(rules);
  return Object.fromEntries(
    service.task.containers.map((container) => [container.name, images.standIn({ ...CONTEXT, container, service }).argv[0]]),
  );
}

test.each([undefined, Mesh.envoy({ version: 'v1.39.2' })])(
  'images that the CDK builds are distinguished by what they are built of',
  (mesh) => {
    for (const rules of [RULES, [...RULES].reverse()]) {
      expect(standInsOf(rules, mesh)).toEqual({
        'mesh-init': 'agent',
        envoy: 'envoy',
        app: 'app',
        collector: 'collector',
        'mesh-agent': 'agent',
      });
    }
  },
);

test('fails if nobody recorded of what the CDK builds an image', () => {
  const registry = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
  const reference = `${registry}/cdk-hnb659fds-container-assets-123456789012-eu-central-1:${'f'.repeat(64)}`;
  const context = { ...CONTEXT, container: { name: 'envoy', image: reference }, service: { name: 'ui' } } as StandInContext;
  expect(() => new Images(RULES).standIn(context)).toThrow(/nobody recorded of what: make the template with templateOf\(\)/);
});

test('a Dockerfile makes a copy if it has nothing but ARG and FROM', () => {
  const copy = { dockerfile: '# A copy.\nARG BASE=example/base:1\nFROM ${BASE}\n', buildArgs: {} };
  expect(copiedImage(copy)).toBe('example/base:1');
  expect(copiedImage({ ...copy, buildArgs: { BASE: 'example/base:2' } })).toBe('example/base:2');
  expect(copiedImage({ ...copy, dockerfile: `${copy.dockerfile}USER 101\n` })).toBeUndefined();
});
