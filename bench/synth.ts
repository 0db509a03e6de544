/**
 * What a chain of N services costs in CloudFormation resources, template bytes and synth time, beside
 * `@aws-cdk-containers/ecs-service-extensions` (App Mesh + X-Ray), in one run: read the ratios, not the seconds.
 */
import { App, Stack } from 'aws-cdk-lib';
import { Mesh as AppMesh } from 'aws-cdk-lib/aws-appmesh';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import {
  AppMeshExtension,
  Container,
  Environment,
  Service,
  ServiceDescription,
  XRayExtension,
} from '@aws-cdk-containers/ecs-service-extensions';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Certificates, Mesh, Microservices, Tracing } from '../lib';
import { CLOUDFORMATION } from '../lib/core/limits/cloudformation';
import { unpackConfig } from '../lib/core/plan/pack-config';
import type { ServiceProps } from '../lib';
import { rounds } from './rounds';

interface Measure {
  readonly resources: number;
  readonly bytes: number;
  readonly milliseconds: number;
}

interface Row {
  readonly count: number;
  readonly ours: Measure;
  /** Without certificates, which the peer does not have either. */
  readonly plain: Measure;
  /** On App Mesh, with certificates. */
  readonly appMesh: Measure;
  readonly peer: Measure;
}

/** Services, and how often each is measured: the small ones are the noisy ones. */
const SIZES: readonly (readonly [number, number])[] = [
  [2, rounds({ usual: 5, ci: 3 })],
  [10, rounds({ usual: 3, ci: 1 })],
  [40, rounds({ usual: 3, ci: 1 })],
];

/** The feature flags of a new CDK app, which both get; and no limit, so that large systems can be measured at all. */
const CONTEXT = {
  ...(JSON.parse(readFileSync(join(__dirname, '../cdk.json'), 'utf8')) as { context: Record<string, unknown> }).context,
  '@aws-cdk/core:stackResourceLimit': 0,
};

/** service-0 calls service-1 calls service-2 ..., traced, with a VPC of its own and no edge: what both can do. */
function ours(stack: Stack, count: number, certificates = Certificates.kms(), mesh = Mesh.envoy()): void {
  const services: Record<string, ServiceProps> = {};
  for (let index = 0; index < count; index += 1) {
    services[`service-${index}`] = {
      image: ContainerImage.fromRegistry('example/app'),
      port: 8080,
      calls: index + 1 < count ? [`service-${index + 1}`] : [],
    };
  }
  new Microservices(stack, 'System', { services, certificates, mesh, tracing: Tracing.xray() });
}

function plain(stack: Stack, count: number): void {
  ours(stack, count, Certificates.none());
}

function onAppMesh(stack: Stack, count: number): void {
  ours(stack, count, Certificates.kms(), Mesh.appMesh());
}

function peer(stack: Stack, count: number): void {
  const environment = new Environment(stack, 'Environment');
  const mesh = new AppMesh(stack, 'Mesh');
  const services = Array.from({ length: count }, (_, index) => {
    const serviceDescription = new ServiceDescription();
    serviceDescription.add(
      new Container({ cpu: 256, memoryMiB: 512, trafficPort: 8080, image: ContainerImage.fromRegistry('example/app') }),
    );
    serviceDescription.add(new AppMeshExtension({ mesh }));
    serviceDescription.add(new XRayExtension());
    return new Service(stack, `service-${index}`, { environment, serviceDescription });
  });
  for (const [index, service] of services.entries()) {
    const callee = services[index + 1];
    if (callee !== undefined) service.connectTo(callee);
  }
}

function measure(build: (stack: Stack, count: number) => void, count: number): Measure {
  const outdir = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const start = process.hrtime.bigint();
    const app = new App({ outdir, analyticsReporting: false, context: CONTEXT });
    const stack = new Stack(app, 'Bench', { env: { region: 'eu-west-1', account: '111111111111' } });
    build(stack, count);
    const assembly = app.synth();
    const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
    const template = readFileSync(assembly.getStackArtifact(stack.artifactId).templateFullPath, 'utf8');
    const { Resources } = JSON.parse(template) as { Resources: Record<string, unknown> };
    return { resources: Object.keys(Resources).length, bytes: Buffer.byteLength(template), milliseconds };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** They take turns, and turns at being first, so that a slow minute of the machine or a full heap slows both. */
function compare(count: number, rounds: number): Row {
  const runs = { ours: [] as Measure[], plain: [] as Measure[], appMesh: [] as Measure[], peer: [] as Measure[] };
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) runs.ours.push(measure(ours, count));
    runs.plain.push(measure(plain, count));
    runs.appMesh.push(measure(onAppMesh, count));
    runs.peer.push(measure(peer, count));
    if (round % 2 === 1) runs.ours.push(measure(ours, count));
  }
  return { count, ours: median(runs.ours), plain: median(runs.plain), appMesh: median(runs.appMesh), peer: median(runs.peer) };
}

/** Resources and bytes are the same in every round. */
function median(runs: readonly Measure[]): Measure {
  return [...runs].sort((a, b) => a.milliseconds - b.milliseconds)[Math.floor(runs.length / 2)];
}

/** As Envoy gets it, and as it stands in the template. */
function bootstrapBytes(certificates: Certificates): { readonly envoy: number; readonly packed: number } {
  const stack = new Stack(new App({ context: CONTEXT }), 'Bootstrap');
  const system = new Microservices(stack, 'System', {
    services: Object.fromEntries(
      ['a', 'b', 'c'].map((name, index, names): [string, ServiceProps] => [
        name,
        { image: ContainerImage.fromRegistry('example/app'), port: 8080, calls: names.slice(index + 1, index + 2) },
      ]),
    ),
    certificates,
  });
  const init = system.service('b').workload().taskDefinition.findContainer('mesh-init');
  const { environment = [] } = stack.resolve(init?.renderContainerDefinition()) as {
    readonly environment?: readonly { readonly name: string; readonly value: string }[];
  };
  const packed = environment.find(({ name }) => name === 'MESH_CONFIG')?.value ?? '';
  return { packed: packed.length, envoy: Buffer.byteLength(JSON.stringify(unpackConfig(packed).envoy)) };
}

function print(...cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell, index) => (index === 0 ? cell.padEnd(18) : cell.padStart(20))).join('')}\n`);
}

function printTable(rows: readonly Row[]): void {
  print('services', 'resources', 'template bytes', 'synth ms (median)');
  for (const { count, ours: own, plain: bare, appMesh, peer: other } of rows) {
    for (const [name, { resources, bytes, milliseconds }] of [
      ['ours', own],
      ['ours, no TLS', bare],
      ['ours, App Mesh', appMesh],
      ['peer', other],
    ] as const) {
      print(`${count} ${name}`, String(resources), String(bytes), milliseconds.toFixed(0));
    }
    for (const [name, measured] of [
      ['ratio', own],
      ['ratio, no TLS', bare],
      ['ratio, App Mesh', appMesh],
    ] as const) {
      print(
        `   ${name}`,
        ...(['resources', 'bytes', 'milliseconds'] as const).map((column) => (measured[column] / other[column]).toFixed(2)),
      );
    }
  }
}

function printNotes(rows: readonly Row[]): void {
  const [small, large] = [rows.find(({ count }) => count === 10)!, rows.find(({ count }) => count === 40)!];
  const more = (kind: 'ours' | 'plain' | 'appMesh', column: 'resources' | 'bytes'): string =>
    String(Math.round((large[kind][column] - small[kind][column]) / (large.count - small.count)));
  const cost = (kind: 'ours' | 'plain' | 'appMesh'): string => `${more(kind, 'resources')} resources and ${more(kind, 'bytes')} bytes`;
  process.stdout.write(
    `\nA service more costs ${cost('ours')}; without mutual TLS ${cost('plain')}; on App Mesh, with mutual TLS, ` +
      `${cost('appMesh')} (between ${small.count} and ${large.count} services).\n`,
  );
  const [own, bare] = [bootstrapBytes(Certificates.kms()), bootstrapBytes(Certificates.none())];
  process.stdout.write(
    `Envoy's configuration of a task that calls one service and is called by one has ${own.envoy} bytes, in the template ${own.packed} ` +
      `(${bare.envoy} and ${bare.packed} without mutual TLS).\n`,
  );
  const tooLarge = ({ resources, bytes }: Measure): boolean =>
    resources > CLOUDFORMATION.resources.value || bytes > CLOUDFORMATION.templateBytes.value;
  const refused = rows.flatMap(({ count, ours: own, appMesh, peer: other }) => [
    ...(tooLarge(own) ? [`ours with ${count}`] : []),
    ...(tooLarge(appMesh) ? [`ours on App Mesh with ${count}`] : []),
    ...(tooLarge(other) ? [`the peer with ${count}`] : []),
  ]);
  process.stdout.write(
    `Over ${CLOUDFORMATION.resources.value} resources or ${CLOUDFORMATION.templateBytes.value} bytes all refuse to synthesize; measured ` +
      `with that check off: ${refused.join(', ')}.\n`,
  );
}

// The template validator costs 2 s a process and is the same for both.
process.env['CDK_VALIDATION'] ??= 'false';
// Annotations of the peer would be printed dozens of times.
process.stderr.write = () => true;
compare(2, rounds({ usual: 3, ci: 1 }));
const rows = SIZES.map(([count, rounds]) => compare(count, rounds));
printTable(rows);
printNotes(rows);
