/**
 * What a chain of N services costs in CloudFormation resources, template bytes and synth time, beside
 * `@aws-cdk-containers/ecs-service-extensions` (App Mesh + X-Ray), in one run: read the ratios, not the seconds.
 *
 * Usage: npm run bench [-- --json]
 */
import { App, Stack } from 'aws-cdk-lib';
import { Mesh as AppMesh } from 'aws-cdk-lib/aws-appmesh';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { AppMeshExtension, Container, Environment, Service, ServiceDescription, XRayExtension } from '@aws-cdk-containers/ecs-service-extensions';
import { readFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Microservices, Tracing } from '../lib';
import type { ServiceProps } from '../lib';

interface Measure {
  readonly resources: number;
  readonly bytes: number;
  readonly milliseconds: number;
}

interface Failure {
  readonly failure: string;
}

type Result = Measure | Failure;
type Builder = (stack: Stack, count: number) => void;

const SIZES = [2, 10, 40, 100];
/** The feature flags of a new CDK app, which both get. */
const FLAGS = (JSON.parse(readFileSync(join(__dirname, '../cdk.json'), 'utf8')) as { context: Record<string, unknown> }).context;
const ROUNDS = 5;

/** service-0 calls service-1 calls service-2 …, traced, with a VPC of its own and no edge: what both can do. */
const ours: Builder = (stack, count) => {
  const services: Record<string, ServiceProps> = {};
  for (let index = 0; index < count; index += 1) {
    services[`service-${index}`] = {
      image: ContainerImage.fromRegistry('example/app'),
      port: 8080,
      calls: index + 1 < count ? [`service-${index + 1}`] : [],
    };
  }
  new Microservices(stack, 'System', { services, tracing: Tracing.xray() });
};

const peer: Builder = (stack, count) => {
  const environment = new Environment(stack, 'Environment');
  const mesh = new AppMesh(stack, 'Mesh');
  const services = Array.from({ length: count }, (_, index) => {
    const description = new ServiceDescription();
    description.add(new Container({ cpu: 256, memoryMiB: 512, trafficPort: 8080, image: ContainerImage.fromRegistry('example/app') }));
    description.add(new AppMeshExtension({ mesh }));
    description.add(new XRayExtension());
    return new Service(stack, `service-${index}`, { environment, serviceDescription: description });
  });
  for (const [index, service] of services.entries()) {
    const callee = services[index + 1];
    if (callee !== undefined) service.connectTo(callee);
  }
};

function measure(build: Builder, count: number): Result {
  const outdir = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const start = process.hrtime.bigint();
    const app = new App({ outdir, analyticsReporting: false, context: { ...FLAGS, '@aws-cdk/core:stackResourceLimit': 0 } });
    const stack = new Stack(app, 'Bench', { env: { region: 'eu-west-1', account: '111111111111' } });
    build(stack, count);
    const assembly = app.synth();
    const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
    const artifact = assembly.getStackArtifact(stack.artifactId);
    const template = readFileSync(artifact.templateFullPath, 'utf8');
    const { Resources } = JSON.parse(template) as { Resources: Record<string, unknown> };
    return { resources: Object.keys(Resources).length, bytes: Buffer.byteLength(template), milliseconds };
  } catch (error) {
    return { failure: (error instanceof Error ? error.message : String(error)).split('\n').find((line) => /\d/.test(line))?.trim() ?? 'failed' };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Rounds take turns, so that a slow minute of the machine slows both. */
function compare(count: number): { readonly ours: Result; readonly peer: Result } {
  const runs = { ours: [] as Result[], peer: [] as Result[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    runs.ours.push(measure(ours, count));
    runs.peer.push(measure(peer, count));
  }
  return { ours: middle(runs.ours), peer: middle(runs.peer) };
}

function middle(results: readonly Result[]): Result {
  const measures = results.filter((result): result is Measure => 'bytes' in result);
  const [first] = results;
  const [one] = measures;
  if (one === undefined) return first ?? { failure: 'not run' };
  return { ...one, milliseconds: median(measures.map((result) => result.milliseconds)) };
}

function main(): void {
  // The template validator costs 2 s a process and is the same for both.
  process.env['CDK_VALIDATION'] ??= 'false';
  process.stderr.write = () => true;
  measure(ours, 2);
  measure(peer, 2);
  const rows = SIZES.map((count) => ({ count, ...compare(count) }));
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
    return;
  }
  const line = (...cells: readonly string[]): void => {
    process.stdout.write(`${cells.map((cell, index) => (index === 0 ? cell.padEnd(9) : cell.padStart(20))).join('')}\n`);
  };
  line('services', 'resources', 'template bytes', 'synth ms (median)');
  for (const row of rows) {
    const { ours: own, peer: other } = row;
    line(`${row.count} ours`, ...cells(own));
    line(`${row.count} peer`, ...cells(other));
    if ('bytes' in own && 'bytes' in other) {
      line('   ratio', ...[own.resources / other.resources, own.bytes / other.bytes, own.milliseconds / other.milliseconds].map((ratio) => ratio.toFixed(2)));
    }
  }
}

function cells(result: Result): string[] {
  if ('failure' in result) return [`fails: ${result.failure}`];
  return [String(result.resources), String(result.bytes), result.milliseconds.toFixed(0)];
}

main();
