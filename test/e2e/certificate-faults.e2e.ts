import { setTimeout } from 'node:timers/promises';
import { Certificates, Protocol, Tracing } from '../../lib';
import { MESH_DIRECTORY } from '../../lib/core/contract/files';
import {
  AGENT_CONTAINER,
  AGENT_MEMORY_MIB,
  APPLICATION_CONTAINER,
  INBOUND_PORT,
  INIT_CONTAINER,
  PROXY_CONTAINER,
} from '../../lib/core/model/constants';
import type { IssuingRequest } from '../../lib/core/contract/issuing';
import type { LeafOptions } from '../programs/agent/authority';
import { Authority } from '../programs/agent/authority';
import { memoryOf } from './memory';
import { presented, settled } from './mesh';
import type { Container, Fault, ImageRule, Task, Template } from './runner';
import type { Call } from '../../programs/emulator/aws/service';
import { Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';
import { callByTls } from './tls';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** The ledger is called by TCP: each call is a connection between two tasks of its own, with a handshake of its own. */
const mesh = (): Template =>
  synthesize({
    services: {
      ui: { image: image('app'), port: 8080, calls: ['orders', 'ledger'] },
      orders: { image: image('app'), port: 8080 },
      ledger: { image: image('app'), port: 8080, protocol: Protocol.TCP, virtualPort: 8090 },
      patient: { image: image('app'), port: 8080 },
      hasty: { image: image('app'), port: 8080 },
    },
    certificates: Certificates.kms(),
    tracing: Tracing.none(),
  });
/** They run all the time, and the caller calls the others. */
const RUNNING = ['ui', 'orders', 'ledger'];
const CALLS = ['http://orders.shop.internal:15080/', 'http://ledger.shop.internal:8090/'];

/** Every certificate is replaced at every turn, about once a second, since it begins 5 minutes before it is issued. */
const EVERY_SECOND = { MESH_RENEW_SECONDS: '1', MESH_CHECK_SECONDS: '1' };

/** What the image of each service's agent sets. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ui: EVERY_SECOND,
  orders: EVERY_SECOND,
  ledger: EVERY_SECOND,
  hasty: { MESH_WAIT_SECONDS: '1' },
};
const AGENT: ImageRule = { image: standIns.agent().image, run: (context) => standIns.agent(SETTINGS[context.service.name]).run(context) };

/** What the issuing function should never answer, and the reason that the agent gives for not taking it. */
type Wrong = readonly [what: string, reason: string, answer: (body: string, call: Call) => Promise<string> | string];
const somebody = once(async () => Authority.create('somebody', Date.now()));
const of = (service: string): string => `spiffe://shop.internal/${service}`;
const asked = ({ input }: Call): Extract<IssuingRequest, { readonly action: 'issue' }> =>
  JSON.parse(String(input['Payload'])) as Extract<IssuingRequest, { readonly action: 'issue' }>;
const VALID = { notBefore: Date.now() - HOUR, notAfter: Date.now() + HOUR };
/** A certificate for the very key that was asked for, as somebody else's authority makes it. */
const made = async (call: Call, options: LeafOptions): Promise<string> => {
  const { csr, identity } = asked(call);
  return JSON.stringify(await (await somebody()).answer(csr, { identity, ...VALID, ...options }));
};
const bundleIn = (body: string): string => (JSON.parse(body) as { readonly trustBundle: string }).trustBundle;
const WRONG: readonly Wrong[] = [
  ['garbage', 'malformed', () => '{ "version": 1, '],
  ['nothing', 'malformed', () => 'null'],
  [
    'an expired certificate',
    'expired',
    async (_, call) => made(call, { notBefore: Date.now() - 170 * HOUR, notAfter: Date.now() - 2 * HOUR }),
  ],
  ['a certificate of an authority that nobody trusts', 'untrusted', async (body, call) => made(call, { trustBundle: bundleIn(body) })],
  ['a certificate for another identity', 'wrong-identity', async (_, call) => made(call, { identity: of('ledger') })],
  [
    'a certificate for another key',
    'key-mismatch',
    async (_, call) => {
      const { certificateChain, trustBundle } = await (await somebody()).issue({ identity: asked(call).identity, ...VALID });
      return JSON.stringify({ outcome: 'issued', certificateChain, trustBundle });
    },
  ],
  [
    'a refusal',
    'refused',
    () => JSON.stringify({ outcome: 'refused', reason: 'not-proven', message: 'the proof was not made with the key of this mesh' }),
  ],
];

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made_: Promise<T> | undefined;
  return async () => (made_ ??= make());
}

/** Neither plain text nor a connection without a certificate gets an answer, also from where no security group stands between. */
async function expectNothingInTheClear(task: Task): Promise<void> {
  const plain = await task.client.attempt({ url: `http://${task.address}:${INBOUND_PORT}/` });
  const nameless = await callByTls(task, task);
  expect([task.id, plain.kind, nameless.status]).toEqual([task.id, 'failure', 0]);
}

/** Calls that never stop, of which not one may fail. */
class LightLoad {
  answered = 0;
  readonly failures: string[] = [];
  private readonly over = new AbortController();
  private readonly lanes: Promise<unknown>;

  constructor(caller: Task, urls: readonly string[]) {
    this.lanes = Promise.all(urls.map(async (url) => this.run(caller, url)));
  }

  async goesOn(): Promise<void> {
    const before = this.answered;
    await until(() => this.answered > before + 20, { what: 'more answers', detail: () => this.failures.join('\n') });
    expect(this.failures).toEqual([]);
  }

  async end(): Promise<void> {
    this.over.abort();
    await this.lanes;
  }

  private async run(caller: Task, url: string): Promise<void> {
    const { signal } = this.over;
    while (!signal.aborted) {
      const outcome = await caller.client.attempt({ url });
      if (outcome.kind === 'response' && outcome.status === 200) this.answered += 1;
      else this.failures.push(`${url}: ${outcome.kind === 'response' ? outcome.status : outcome.message}`);
      await setTimeout(50, undefined, { signal }).catch(() => undefined);
    }
  }
}

e2e('certificates when something is wrong', () => {
  let traffic: LightLoad;
  // Before the tasks that it goes to.
  afterAll(async () => {
    await traffic.end();
  });
  const shop = cluster(async () =>
    Cluster.open(mesh(), {
      images: [standIns.envoy(), AGENT, standIns.fortio('example/app', 8080)],
      pace: { restarts: 0 },
      volumeKiB: { ledger: 64 },
    }),
  );
  const task = (service: string): Task => shop().task(service);
  const agentOf = (service: string): Container => task(service).container(AGENT_CONTAINER);
  /** What AWS does to the tasks of a service, by service. */
  const lambda = new Map<string, Fault>();
  const kms = new Map<string, Fault>();
  const serviceOf = (by: string): string => by.replace(/-\d+$/, '');
  let minute: Promise<unknown>;

  beforeAll(async () => {
    shop().aws.lambda.fault = ({ by }) => lambda.get(serviceOf(by));
    shop().aws.kms.fault = ({ by }) => kms.get(serviceOf(by));
    await Promise.all(RUNNING.map(async (service) => shop().scale(service, 1)));
    await settled(shop());
    traffic = new LightLoad(task('ui'), CALLS);
    // The minute goes by while the other services have troubles of their own.
    for (const faults of [lambda, kms]) faults.set('orders', 'unreachable');
    minute = setTimeout(MINUTE);
  });
  afterEach(async () => {
    await traffic.goesOn();
    await Promise.all(
      RUNNING.map(async (service) => {
        await expectNothingInTheClear(task(service));
        await expectHealthyAgent(service);
      }),
    );
  });

  const expectHealthyAgent = async (service: string): Promise<void> => {
    const agent = agentOf(service);
    const { code, stdout } = await agent.exec(agent.model.healthCheck?.argv ?? []);
    expect([service, code, stdout]).toEqual([service, 0, 'healthy\n']);
  };

  const starting = async (service: string): Promise<readonly [Task, Promise<unknown>]> => {
    const started = shop()
      .scale(service, 1)
      .catch((error: unknown) => error);
    return [await until(() => shop().tasks(service)[0], { what: 'the task' }), started];
  };

  test('a task that starts with nothing in reach waits, says what for, and starts when AWS is back', async () => {
    for (const faults of [lambda, kms]) faults.set('patient', 'unreachable');
    const [started, end] = await starting('patient');
    const init = started.container(INIT_CONTAINER);
    await init.log.untilJson(({ message, reason, why }) => waits(message, reason, 'network') && String(why).startsWith('Encrypt'));
    kms.delete('patient');
    await init.log.untilJson(({ message, reason, why }) => waits(message, reason, 'network') && String(why).startsWith('Invoke'));
    lambda.set('patient', 'throttled');
    await init.log.untilJson(({ message, reason }) => waits(message, reason, 'throttled'));
    expect([PROXY_CONTAINER, APPLICATION_CONTAINER].map((name) => started.container(name).state.status)).toEqual(['PENDING', 'PENDING']);
    await expectNothingInTheClear(started);
    lambda.delete('patient');
    let peak = NaN;
    await until(
      () => {
        peak = memoryOf(init)?.peak ?? peak;
        return init.state.status === 'STOPPED';
      },
      { what: 'mesh-init to end' },
    );
    console.log(`FIGURE memory of mesh-init: ${peak.toFixed(0)} MiB resident`);
    // It has no limit of its own, and must not need more than the agent, which runs when it has ended.
    expect(peak).toBeLessThan(0.85 * AGENT_MEMORY_MIB);
    await end;
    expect(started.status).toBe('RUNNING');
    expect(await presented(started)).toEqual([shop().certificates.serialOf(started)]);
    await expectNothingInTheClear(started);
  });

  test.each(WRONG)(
    'fails if a task starts while the issuing function answers with %s: nothing but mesh-init runs, and its log says "%s"',
    async (_, expected, answer) => {
      lambda.set('hasty', { answer });
      const [started, end] = await starting('hasty');
      await started
        .container(INIT_CONTAINER)
        .log.untilJson(({ message, reason }) => message === 'gave up waiting for the certificate' && reason === expected);
      expect(String(await end)).toContain(`waits for "${INIT_CONTAINER}" to be SUCCESS, but it exited with code 1`);
      expect(started.story().filter((event) => event.endsWith(' STARTED'))).toEqual([`${INIT_CONTAINER} STARTED`]);
      lambda.delete('hasty');
    },
  );

  /** While something goes on, the task keeps what it has, and says why; afterwards it gets another certificate. */
  const keepsItsOwn = async (service: string, reason: string, trouble: () => Promise<void> | void, relief: () => Promise<void> | void) => {
    await trouble();
    const since = Date.now();
    const kept = async (): Promise<void> => {
      await agentOf(service).log.until(
        ({ text, at }) => at >= since && text.includes('the certificate in use is kept') && text.includes(`"reason":"${reason}"`),
        { what: reason },
      );
    };
    await kept();
    const during = await presented(task(service));
    await traffic.goesOn();
    expect(await presented(task(service))).toEqual(during);
    await relief();
    await until(async () => (await presented(task(service))).join() !== during.join(), {
      what: `${service} to get another certificate`,
      detail: () => agentOf(service).log.tail(),
      timeoutMs: 2 * MINUTE,
    });
  };

  test.each(WRONG)(
    'a task that runs goes on with what it has if the issuing function answers with %s, says "%s", and takes the next good answer',
    async (_, reason, answer) => {
      await keepsItsOwn(
        'ui',
        reason,
        () => {
          lambda.set('ui', { answer });
        },
        () => {
          lambda.delete('ui');
        },
      );
    },
  );

  test.each<readonly [string, 'kms' | 'lambda', Fault, string]>([
    ['KMS throttles', 'kms', 'throttled', 'throttled'],
    ['KMS answers too slowly', 'kms', { slowMs: 4000 }, 'network'],
    ['KMS never answers', 'kms', 'silent', 'network'],
    ['KMS denies access', 'kms', { error: 'AccessDeniedException' }, 'access-denied'],
    ['the identity key is disabled', 'kms', { error: 'DisabledException' }, 'key-unusable'],
    ['Lambda throttles', 'lambda', 'throttled', 'throttled'],
    ['Lambda resets connections', 'lambda', 'unreachable', 'network'],
    ['Lambda has an outage', 'lambda', { error: 'ServiceException', status: 500 }, 'unavailable'],
  ])('a task that runs goes on with what it has while %s, and says so', async (_, service, fault, reason) => {
    const faults = service === 'kms' ? kms : lambda;
    await keepsItsOwn(
      'ui',
      reason,
      () => {
        faults.set('ui', fault);
      },
      () => {
        faults.delete('ui');
      },
    );
  });

  test('a task that runs goes on with what it has while the issuing function itself fails, and says so', async () => {
    await keepsItsOwn(
      'ui',
      'issuer-failed',
      () => {
        shop().aws.kms.functionFault = ({ operation }) =>
          operation === 'Sign' ? { error: 'KMSInternalException', status: 500 } : undefined;
      },
      () => {
        shop().aws.kms.functionFault = undefined;
      },
    );
  });

  test.each([3, -3])(
    'a task that runs goes on with what it has if its clock is wrong by %s hours, and both sides say so',
    async (hours) => {
      await keepsItsOwn(
        'ui',
        'refused',
        () => {
          shop().certificates.setClockAhead(hours * HOUR);
        },
        () => {
          shop().certificates.setClockAhead(0);
        },
      );
      expect(shop().certificates.log.join()).toContain('"message":"certificate-refused","reason":"proof-expired"');
    },
  );

  test('a task that runs is renewed although KMS and Lambda take a second to answer', async () => {
    for (const faults of [lambda, kms]) faults.set('ui', { slowMs: 1000 });
    const [before] = await presented(task('ui'));
    await until(async () => (await presented(task('ui')))[0] !== before, { what: 'another certificate' });
    for (const faults of [lambda, kms]) faults.delete('ui');
  });

  test('a task that runs is renewed after its agent was killed: that alone starts again', async () => {
    const before = agentOf('ui').log.json().length;
    agentOf('ui').crash();
    await until(
      () =>
        agentOf('ui').restartCount === 1 &&
        agentOf('ui')
          .log.json()
          .slice(before)
          .some(({ message }) => message === 'the certificate was renewed'),
      { what: 'the agent to run again, and to renew', detail: () => task('ui').describe() },
    );
    expect(task('ui').container(PROXY_CONTAINER).restartCount).toBe(0);
    expect(task('ui').status).toBe('RUNNING');
  });

  test('a running task goes on while its disk is full, says "disk-full", and is renewed when there is room', async () => {
    const file = `${MESH_DIRECTORY}/filler`;
    await keepsItsOwn(
      'ledger',
      'disk-full',
      async () => {
        expect(await agentOf('ledger').exec(['sh', '-c', `cat /dev/zero > ${file}`])).toMatchObject({
          stderr: expect.stringContaining('No space left on device') as string,
        });
      },
      async () => {
        await expectHealthyAgent('ledger');
        await agentOf('ledger').exec(['rm', file]);
      },
    );
  });

  test('a running task goes on while KMS and Lambda are down for a minute, says so, and notices when they are back', async () => {
    const before = await presented(task('orders'));
    await minute;
    expect(await presented(task('orders'))).toEqual(before);
    const warnings = agentOf('orders')
      .log.json()
      .filter(({ message }) => message === 'the certificate in use is kept');
    expect(new Set(warnings.map(({ reason }) => reason))).toEqual(new Set(['network']));
    for (const faults of [lambda, kms]) faults.delete('orders');
    await until(async () => (await presented(task('orders'))).join() !== before.join(), {
      what: 'another certificate',
      timeoutMs: 3 * MINUTE,
    });
    console.log(
      `FIGURE faults: ${traffic.answered} calls while certificates, AWS, an agent and a disk were in trouble, ` +
        `${traffic.failures.length} failed`,
    );
  });
});

function waits(message: unknown, reason: unknown, expected: string): boolean {
  return message === 'waiting for the certificate' && reason === expected;
}
