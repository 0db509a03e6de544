import { App, Stack, Stage } from 'aws-cdk-lib';
import { CpuArchitecture, ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MicroservicesProps } from '../../../lib';
import { Mesh, Microservices, Tracing } from '../../../lib';
import { imageReference, IMAGES } from '../../../lib/core/model/images';
import { build, containersOf, service } from '../../support/stack';

interface DockerBuild {
  readonly displayName: string;
  readonly source: { readonly directory: string; readonly platform: string; readonly dockerBuildArgs?: unknown };
}

interface Build {
  readonly id: string;
  readonly platform: string;
  readonly buildArgs: unknown;
  readonly dockerfile: string;
}

/** What a deployment builds, sorted by name, and the Dockerfile of each. */
function builds(props: MicroservicesProps): readonly Build[] {
  const stack = new Stack(new App(), 'Stack');
  new Microservices(stack, 'Shop', props);
  Stage.of(stack)?.synth();
  const assembly = Stage.of(stack)?.outdir ?? '';
  const manifest = readFileSync(join(assembly, `${stack.artifactId}.assets.json`), 'utf8');
  const { dockerImages } = JSON.parse(manifest) as { dockerImages?: Record<string, DockerBuild> };
  return Object.values(dockerImages ?? {})
    .map(({ displayName, source: { directory, platform, dockerBuildArgs } }) => ({
      id: displayName.replace(/^.*\//, ''),
      platform,
      buildArgs: dockerBuildArgs,
      dockerfile: readFileSync(join(assembly, directory, 'Dockerfile'), 'utf8'),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

const services = { ui: service() };
const envoys = (props: MicroservicesProps): ReturnType<typeof builds> => builds(props).filter(({ id }) => id.startsWith('EnvoyImage'));

test('tasks get Envoy and the agent from the registry of the account, and nothing from Docker Hub', () => {
  const { template } = build({ services });
  const containers = containersOf(template, 'ui');
  const fromAccount = {
    'Fn::Sub': expect.stringMatching(/^\$\{AWS::AccountId\}\.dkr\.ecr\..*\/cdk-\w+-container-assets-.*:[0-9a-f]{64}$/),
  };
  for (const name of ['mesh-init', 'envoy', 'mesh-agent']) expect(containers.get(name)?.Image).toEqual(fromAccount);
  expect(containers.get('envoy')?.Image).not.toEqual(containers.get('mesh-agent')?.Image);
  expect(JSON.stringify(template.toJSON())).not.toContain('docker.io/');
});

test('the deployment copies the pinned Envoy, and runs nothing for it', () => {
  const [envoy, ...others] = envoys({ services });
  expect(others).toEqual([]);
  expect(envoy).toMatchObject({ id: 'EnvoyImage-ARM64', platform: 'linux/arm64', buildArgs: undefined });
  const lines = envoy?.dockerfile.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines).toEqual([`ARG ENVOY_IMAGE=${imageReference(IMAGES.envoy)}`, 'FROM ${ENVOY_IMAGE}']);
});

test('one image for each processor that tasks have', () => {
  const props = { services: { ui: service(), orders: service({ cpuArchitecture: CpuArchitecture.X86_64 }) } };
  expect(builds(props).map(({ id, platform }) => [id, platform])).toEqual([
    ['AgentImage-ARM64', 'linux/arm64'],
    ['AgentImage-X86_64', 'linux/amd64'],
    ['EnvoyImage-ARM64', 'linux/arm64'],
    ['EnvoyImage-X86_64', 'linux/amd64'],
  ]);
  const { template } = build(props);
  expect(containersOf(template, 'ui').get('envoy')?.Image).not.toEqual(containersOf(template, 'orders').get('envoy')?.Image);
});

test('another version of Envoy is another image', () => {
  const buildArgs = { ENVOY_IMAGE: 'docker.io/envoyproxy/envoy:v1.39.2' };
  expect(envoys({ services, mesh: Mesh.envoy({ version: 'v1.39.2' }) })).toMatchObject([{ id: 'EnvoyImage-ARM64', buildArgs }]);
  const imageOf = (version?: string): unknown => {
    const mesh = Mesh.envoy(version === undefined ? {} : { version });
    return containersOf(build({ services, mesh }).template, 'ui').get('envoy')?.Image;
  };
  expect(imageOf('v1.39.2')).not.toEqual(imageOf());
  expect(imageOf(IMAGES.envoy.tag)).toEqual(imageOf());
});

test('with images of the user for Envoy and agent, a deployment builds nothing', () => {
  const image = ContainerImage.fromRegistry('mine/envoy:1');
  expect(builds({ services, mesh: Mesh.envoy({ image }) }).map(({ id }) => id)).toEqual(['AgentImage-ARM64']);
  expect(builds({ services, mesh: Mesh.envoy({ image, agentImage: ContainerImage.fromRegistry('mine/agent:1') }) })).toEqual([]);
});

test("App Mesh's Envoy and the collector come from Amazon ECR Public", () => {
  const props: MicroservicesProps = { services, mesh: Mesh.appMesh(), tracing: Tracing.xray() };
  expect(builds(props).map(({ id }) => id)).toEqual(['AgentImage-ARM64']);
  const containers = containersOf(build(props).template, 'ui');
  expect(containers.get('envoy')?.Image).toBe(imageReference(IMAGES.appMeshEnvoy));
  expect(containers.get('collector')?.Image).toBe(imageReference(IMAGES.collector));
});
