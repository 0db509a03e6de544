import { App, PropertyInjectors, Stack, Stage } from 'aws-cdk-lib';
import type { IPropertyInjector } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type { AssetImageProps } from 'aws-cdk-lib/aws-ecs';
import { ContainerImage, CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MicroservicesProps } from '../../../lib';
import { Mesh, Microservices, Tracing } from '../../../lib';
import type { MicroservicesValidationError } from '../../../lib/core/reading/issues';
import { service } from '../../support/stack';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'image-'));
  writeFileSync(join(directory, 'Dockerfile'), 'FROM public.ecr.aws/docker/library/busybox:1\n');
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const asset = (options: AssetImageProps = {}): ContainerImage => ContainerImage.fromAsset(directory, options);
const { ARM64, X86_64 } = CpuArchitecture;

interface DockerBuild {
  readonly displayName: string;
  readonly source: { readonly platform?: string };
}

/** The platforms for which a deployment builds images that are not the library's, by the container's path. */
function platformsOf(props: MicroservicesProps, prepare: (app: App, stack: Stack, system: Microservices) => void = () => undefined) {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  prepare(app, stack, new Microservices(stack, 'Shop', props));
  return manifestOf(stack);
}

function manifestOf(stack: Stack): Readonly<Record<string, string | undefined>> {
  Stage.of(stack)?.synth();
  const manifest = readFileSync(join(Stage.of(stack)?.outdir ?? '', `${stack.artifactId}.assets.json`), 'utf8');
  const { dockerImages = {} } = JSON.parse(manifest) as { dockerImages?: Record<string, DockerBuild> };
  return Object.fromEntries(
    Object.values(dockerImages)
      .filter(({ displayName }) => !/(Agent|Envoy)Image-/.test(displayName))
      .map(({ displayName, source }) => [displayName.replace(/^.*Shop\//, '').replace('/TaskDefinition', ''), source.platform]),
  );
}

function issuesOf(props: MicroservicesProps): readonly string[] {
  try {
    new Microservices(new Stack(new App(), 'Stack'), 'Shop', props);
  } catch (error) {
    return (error as MicroservicesValidationError).issues.map(({ code, path, message }) => `${code} ${path}: ${message}`);
  }
  return [];
}

describe('an image that Docker builds from a folder is built for the processor of its tasks', () => {
  test('ARM64 by default', () => {
    expect(platformsOf({ services: { ui: service({ image: asset() }) } })).toEqual({ 'ui/app/AssetImage': 'linux/arm64' });
  });

  test('of services, versions and extra containers, whatever each runs on', () => {
    const image = asset();
    const services = {
      ui: service({ image, cpuArchitecture: X86_64 }),
      orders: service({ image, extraContainers: { helper: { image: asset({ target: 'helper' }) } } }),
      books: service({
        image,
        versions: { v1: { weight: 1, cpuArchitecture: X86_64 }, v2: { weight: 1, image: asset({ target: 'v2' }) } },
      }),
    };
    const built = platformsOf({ services });
    // One build for all that are equal.
    expect(Object.values(built).sort()).toEqual(['linux/amd64', 'linux/arm64', 'linux/arm64', 'linux/arm64']);
    expect(built['orders/helper/AssetImage']).toBe('linux/arm64');
  });

  test('of the mesh and the collector, too', () => {
    const mesh = Mesh.envoy({ image: asset({ target: 'proxy' }), agentImage: asset({ target: 'agent' }) });
    const tracing = Tracing.xray({ image: asset({ target: 'collector' }) });
    const built = platformsOf({ services: { ui: service() }, cpuArchitecture: X86_64, mesh, tracing });
    expect(Object.values(built)).toEqual(['linux/amd64', 'linux/amd64', 'linux/amd64']);
  });

  test('of a container that is added to the task definition afterwards', () => {
    const built = platformsOf({ services: { ui: service() } }, (_app, _stack, system) => {
      system.service('ui').workload().taskDefinition.addContainer('late', { image: asset(), memoryLimitMiB: 64 });
    });
    expect(built).toEqual({ 'ui/late/AssetImage': 'linux/arm64' });
  });
});

describe('a platform that the user chose stays', () => {
  test.each(['linux/arm64', 'linux/arm64/v8', 'LINUX/ARM64', 'linux/arm64,linux/amd64'])('%s', (platform) => {
    expect(platformsOf({ services: { ui: service({ image: asset({ platform: Platform.custom(platform) }) }) } })).toEqual({
      'ui/app/AssetImage': platform,
    });
  });

  test('by a property injector of the app, whose other settings stay too', () => {
    const injector: IPropertyInjector = {
      constructUniqueId: DockerImageAsset.PROPERTY_INJECTION_ID,
      inject: (props: AssetImageProps) => ({ ...props, platform: Platform.custom('linux/arm64/v8'), assetName: 'mine' }),
    };
    const app = new App({ propertyInjectors: [injector] });
    const stack = new Stack(app, 'Stack');
    new Microservices(stack, 'Shop', { services: { ui: service({ image: asset() }) } });
    expect(manifestOf(stack)).toEqual({ mine: 'linux/arm64/v8' });
  });

  test('by an injector that stands nearer, and that is added later', () => {
    const built = platformsOf({ services: { ui: service() } }, (app, stack, system) => {
      const inject = (target: string) => (props: AssetImageProps) => ({ ...props, target });
      PropertyInjectors.of(app).add({ constructUniqueId: DockerImageAsset.PROPERTY_INJECTION_ID, inject: inject('app') });
      PropertyInjectors.of(stack).add({
        constructUniqueId: DockerImageAsset.PROPERTY_INJECTION_ID,
        inject: (props: AssetImageProps) => ({ ...props, assetName: 'of-the-stack' }),
      });
      system.service('ui').workload().taskDefinition.addContainer('late', { image: asset(), memoryLimitMiB: 64 });
    });
    expect(built).toEqual({ 'of-the-stack': 'linux/arm64' });
  });

  test('of an asset of their own, which is taken as it is', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const image = ContainerImage.fromDockerImageAsset(new DockerImageAsset(stack, 'Own', { directory }));
    new Microservices(stack, 'Shop', { services: { ui: service({ image }) } });
    expect(manifestOf(stack)).toEqual({ 'Stack/Own': undefined });
  });
});

describe('fails if the image is built for another processor than that of its tasks', () => {
  const amd64 = (): ContainerImage => asset({ platform: Platform.LINUX_AMD64 });
  const wrong = 'the image is built for linux/amd64, but the tasks run on ARM64';

  test('with every place and the fix', () => {
    const services = {
      ui: service({ image: amd64(), extraContainers: { helper: { image: amd64() } } }),
      books: service({ versions: { v1: { weight: 1 }, v2: { weight: 1, image: amd64() } } }),
      orders: service({ image: amd64(), cpuArchitecture: X86_64 }),
    };
    expect(issuesOf({ services })).toEqual([
      `CONFLICT services.books.versions.v2.image: ${wrong}`,
      `CONFLICT services.ui.image: ${wrong}`,
      `CONFLICT services.ui.extraContainers.helper.image: ${wrong}`,
    ]);
    expect(() => new Microservices(new Stack(), 'Shop', { services })).toThrow(
      'fix:     leave out platform, which is then that of the tasks, or let them run on X86_64: cpuArchitecture: CpuArchitecture.X86_64',
    );
  });

  test('in the other direction', () => {
    const image = asset({ platform: Platform.LINUX_ARM64 });
    expect(issuesOf({ services: { ui: service({ image, cpuArchitecture: X86_64 }) } })).toEqual([
      'CONFLICT services.ui.image: the image is built for linux/arm64, but the tasks run on X86_64',
    ]);
    expect(issuesOf({ services: { ui: service({ image, cpuArchitecture: ARM64 }) } })).toEqual([]);
  });

  test('in an image of the mesh, which is said once', () => {
    const mesh = Mesh.envoy({ image: amd64(), agentImage: amd64() });
    const tracing = Tracing.xray({ image: amd64() });
    expect([...issuesOf({ services: { ui: service(), orders: service() }, mesh, tracing })].sort()).toEqual([
      `CONFLICT mesh.agentImage: ${wrong}`,
      `CONFLICT mesh.image: ${wrong}`,
      `CONFLICT tracing.image: ${wrong}`,
    ]);
  });

  test('in a container that is added afterwards', () => {
    const { taskDefinition } = new Microservices(new Stack(), 'Shop', { services: { ui: service() } }).service('ui').workload();
    expect(() => taskDefinition.addContainer('late', { image: amd64(), memoryLimitMiB: 64 })).toThrow(wrong);
  });
});
