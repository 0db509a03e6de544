import type { SecretSource } from '../../../programs/agent/certificate/secret-source';
import type { World } from '../../../programs/agent/commands';
import type { CloudMap, Instance } from '../../../programs/agent/endpoints/cloud-map';
import { Failure } from '../../../programs/agent/failure';
import type { Log } from '../../../programs/shared/log';
import { jsonLog } from '../../../programs/shared/log';
import { PrivateText } from '../../../programs/shared/private-text';
import type { Settings } from '../../../programs/agent/settings';
import { readSettings } from '../../../programs/agent/settings';
import type { CertificateSecret } from '../../../programs/shared/certificate-secret';
import { IDENTITY } from './authority';
import { FakeClock } from './fake-clock';
import { MemoryFiles } from './memory-files';

export const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/orders-AbCdEf';

export function settings(more: Readonly<Record<string, string>> = {}): Settings {
  return readSettings({ MESH_IDENTITY: IDENTITY, MESH_SECRET_ARN: SECRET_ARN, ...more });
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

  async revision({ serviceName }: { readonly serviceName: string }): Promise<number> {
    return Promise.resolve(this.find(`revision ${serviceName}`, serviceName).revision);
  }

  async discover({ serviceName }: { readonly serviceName: string }): ReturnType<CloudMap['discover']> {
    return Promise.resolve(this.find(`discover ${serviceName}`, serviceName));
  }

  async leave(serviceId: string, instanceId: string): Promise<void> {
    this.call(`leave ${serviceId} ${instanceId}`);
    return Promise.resolve();
  }

  private find(call: string, serviceName: string): { revision: number; instances: readonly Instance[] } {
    this.call(call);
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

export type SecretAnswer = CertificateSecret | string | Failure;

export interface FakeWorld extends World {
  readonly secret: SecretSource;
  /** What Systems Manager holds; a failure is what it answers. */
  readonly parameterTexts: Map<string, string>;
  parametersFault: Failure | undefined;
  parameterReads: number;
  readonly clock: FakeClock;
  readonly files: MemoryFiles;
  readonly cloudMap: FakeCloudMap;
  readonly lines: LogLine[];
  /** What Secrets Manager says from now on. */
  answer: SecretAnswer;
  reads: number;
  readonly drained: number[];
  /** What Envoy says is in flight, look by look; the last goes on. */
  inFlight: (number | Failure)[];
}

export function fakeWorld(answer: SecretAnswer): FakeWorld {
  const clock = new FakeClock();
  const { log, lines } = recordingLog();
  const world: FakeWorld = {
    clock,
    log,
    lines,
    random: () => 0.5,
    files: new MemoryFiles(),
    cloudMap: new FakeCloudMap(),
    answer,
    reads: 0,
    drained: [],
    inFlight: [0],
    secret: {
      read: async () => {
        world.reads += 1;
        if (world.answer instanceof Failure) throw world.answer;
        return Promise.resolve(new PrivateText(typeof world.answer === 'string' ? world.answer : JSON.stringify(world.answer)));
      },
    },
    envoy: {
      drainListeners: async () => {
        world.drained.push(clock.now());
        return Promise.resolve();
      },
      inFlight: async () => {
        const next = world.inFlight.length > 1 ? world.inFlight.shift()! : world.inFlight[0];
        if (next instanceof Failure) throw next;
        return Promise.resolve(next);
      },
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
    metadata: { read: async () => Promise.resolve({ taskId: '0123abcd', zone: 'eu-central-1a' }) },
  };
  return world;
}

export function instance(number: number, zone?: string): Instance {
  return { id: `task-${number}`, address: `10.0.${Math.floor(number / 250)}.${(number % 250) + 1}`, zone };
}
