import { X509Certificate } from 'node:crypto';
import type { SvidSource } from '../../../programs/agent/certificate/issuing';
import type { World } from '../../../programs/agent/commands';
import type { CloudMap, Instance, ServiceName } from '../../../programs/agent/endpoints/cloud-map';
import type { Membership } from '../../../programs/agent/drain/envoy-admin';
import { Failure } from '../../../programs/agent/failure';
import type { Sample } from '../../../programs/statistics/sample';
import type { Log } from '../../../programs/shared/log';
import { jsonLog } from '../../../programs/shared/log';
import type { Settings } from '../../../programs/agent/settings';
import { readSettings } from '../../../programs/agent/settings';
import type { X509Svid } from '../../../programs/shared/svid';
import { isIssuedBy, readPemCertificates } from '../../../programs/shared/svid';
import { authoritiesDigest } from '../../../programs/shared/x509/authorities';
import { IDENTITY } from './authority';
import { FakeClock } from './fake-clock';
import { MemoryFiles } from './memory-files';

export const MESH = 'shop';
/** What the mesh is called where there are others. */
export const SCOPE = 'shop.internal/Z1SHOP';
/** The HttpName of its namespace, the second of its name in the account. */
export const NAMESPACE = 'tasks.shop.internal-0123456789abcdef';
export const TASK_ARN = 'arn:aws:ecs:eu-central-1:123456789012:task/shop/0123abcd';

/** What a certificate needs. */
export const CERTIFIED = {
  MESH_IDENTITY: IDENTITY,
  MESH_SCOPE: SCOPE,
  MESH_IDENTITY_KEY_ARN: 'arn:aws:kms:eu-central-1:123456789012:key/1',
  MESH_ISSUER_ARN: 'arn:aws:lambda:eu-central-1:123456789012:function:shop-CertificateIssuer-AbCdEf',
} as const;

export function settings(more: Readonly<Record<string, string>> = {}): Settings {
  return readSettings({ ...CERTIFIED, ...more });
}

export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly level?: string;
  readonly message?: string;
}

export function recordingLog(): { readonly log: Log; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  return { log: jsonLog((line) => lines.push(JSON.parse(line) as LogLine)), lines };
}

export class FakeCloudMap implements CloudMap {
  readonly calls: string[] = [];
  readonly services = new Map<string, { revision: number; instances: readonly Instance[] }>();
  /** Asked before each call. */
  fault: (call: string) => Failure | undefined = () => undefined;

  set(service: string, instances: readonly Instance[], revision = (this.services.get(service)?.revision ?? 0) + 1): void {
    this.services.set(service, { revision, instances });
  }

  async revision(service: ServiceName): Promise<number> {
    return Promise.resolve(this.find(`revision ${service.serviceName}`, service).revision);
  }

  async discover(service: ServiceName): ReturnType<CloudMap['discover']> {
    return Promise.resolve(this.find(`discover ${service.serviceName}`, service));
  }

  async leave(serviceId: string, instanceId: string): Promise<void> {
    this.call(`leave ${serviceId} ${instanceId}`);
    return Promise.resolve();
  }

  private find(call: string, { namespaceName, serviceName }: ServiceName): { revision: number; instances: readonly Instance[] } {
    this.call(call);
    if (namespaceName !== NAMESPACE) throw new Failure('namespace-not-found', `there is no ${namespaceName}`);
    const found = this.services.get(serviceName);
    if (found === undefined) throw new Failure('service-not-found', `there is no ${serviceName}`);
    return found;
  }

  private call(call: string): void {
    this.calls.push(call);
    const fault = this.fault(call);
    if (fault !== undefined) throw fault;
  }
}

export type SvidAnswer = X509Svid | Failure;

/** The issuing function, and the key that it asks for a proof. */
export class FakeSvids implements SvidSource {
  issues = 0;
  checks = 0;
  /** Which authorities it says there are. A failure fails the check alone. @default - those of its answer */
  announced: string | Failure | undefined;

  constructor(
    private readonly clock: FakeClock,
    /** What it answers from now on. A failure fails checks too. */
    public answer: SvidAnswer | (() => SvidAnswer | Promise<SvidAnswer>),
  ) {}

  async issue(): Promise<X509Svid> {
    this.issues += 1;
    const svid = typeof this.answer === 'function' ? await this.clock.during(Promise.resolve(this.answer())) : this.answer;
    if (svid instanceof Failure) throw svid;
    return svid;
  }

  async authorities(): Promise<string> {
    this.checks += 1;
    const announced = this.announced ?? (this.answer instanceof Failure ? this.answer : digestOf(this.answer));
    if (announced instanceof Failure) throw announced;
    return Promise.resolve(announced);
  }
}

function digestOf(answer: Exclude<FakeSvids['answer'], Failure>): string {
  if (typeof answer === 'function') throw new Error('what a function announces has to be said');
  const roots = readPemCertificates(answer.trustBundle) ?? [];
  const leaf = new X509Certificate(answer.certificateChain);
  return authoritiesDigest(
    roots.find((root) => isIssuedBy(leaf, root))!,
    roots,
  );
}

export interface FakeWorld extends World {
  /** Why nothing can connect to the application's port; undefined: something can. */
  portClosed: string | undefined;
  /** Names that DNS has an address for, and how often it was asked. */
  readonly hosts: Set<string>;
  lookups: number;
  readonly svids: FakeSvids;
  /** What Systems Manager holds; a failure is what it answers. */
  readonly parameterTexts: Map<string, string>;
  parametersFault: Failure | undefined;
  parameterReads: number;
  readonly clock: FakeClock;
  readonly files: MemoryFiles;
  readonly cloudMap: FakeCloudMap;
  readonly lines: LogLine[];
  readonly drained: number[];
  /** When callers were told that the task leaves. */
  readonly toldCallers: number[];
  /** Which tasks Envoy can call. */
  readonly membership: Map<string, Membership>;
  /** What Envoy says is in flight, look by look; the last goes on. */
  inFlight: (number | Failure)[];
  /** How many requests Envoy has answered. */
  answered: number | Failure;
  /** What Envoy has counted. */
  statistics: Sample | Failure;
}

export const NO_SAMPLE: Sample = { uptimeSeconds: 1, flows: new Map(), upstreams: new Map(), handshakes: { succeeded: 0, refused: 0 } };

export function fakeWorld(answer: FakeSvids['answer']): FakeWorld {
  const clock = new FakeClock();
  const { log, lines } = recordingLog();
  const world: FakeWorld = {
    clock,
    log,
    lines,
    random: () => 0.5,
    files: new MemoryFiles(),
    cloudMap: new FakeCloudMap(),
    drained: [],
    toldCallers: [],
    membership: new Map(),
    inFlight: [0],
    answered: 0,
    statistics: NO_SAMPLE,
    svids: new FakeSvids(clock, answer),
    envoy: {
      failHealthCheck: async () => {
        world.toldCallers.push(clock.now());
        return Promise.resolve();
      },
      membership: async () => Promise.resolve(new Map(world.membership)),
      drainListeners: async () => {
        world.drained.push(clock.now());
        return Promise.resolve();
      },
      inFlight: async () => {
        const next = world.inFlight.length > 1 ? world.inFlight.shift()! : world.inFlight[0];
        if (next instanceof Failure) throw next;
        return Promise.resolve(next);
      },
      answered: async () => {
        if (world.answered instanceof Failure) throw world.answered;
        return Promise.resolve(world.answered);
      },
      statistics: async () => {
        if (world.statistics instanceof Failure) throw world.statistics;
        return Promise.resolve(world.statistics);
      },
    },
    portClosed: undefined,
    probe: async () => Promise.resolve(world.portClosed),
    hosts: new Set(),
    lookups: 0,
    resolves: async (host) => {
      world.lookups += 1;
      return Promise.resolve(world.hosts.has(host));
    },
    parameterTexts: new Map(),
    parametersFault: undefined,
    parameterReads: 0,
    parameters: {
      read: async (names) => {
        world.parameterReads += 1;
        if (world.parametersFault !== undefined) throw world.parametersFault;
        return Promise.resolve(new Map([...world.parameterTexts].filter(([name]) => names.includes(name))));
      },
    },
    metadata: { read: async () => Promise.resolve({ taskArn: TASK_ARN, taskId: '0123abcd', zone: 'eu-central-1a' }) },
  };
  return world;
}

export function instance(number: number, zone?: string): Instance {
  return { id: `task-${number}`, address: `10.0.${Math.floor(number / 250)}.${(number % 250) + 1}`, zone };
}

/** Numbers that look random, and are the same every time. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}
