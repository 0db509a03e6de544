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
import type { CertificateSecret } from '../../programs/shared/certificate-secret';
import { Authority } from '../programs/agent/authority';
import { memoryOf } from './memory';
import { presented, renewed, settled } from './mesh';
import type { Certificates as MeshCertificates, Container, Fault, ImageRule, Task, Template } from './runner';
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

/** What the image of each service's agent sets. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ui: { MESH_RENEW_SECONDS: '0.3' },
  // With this, the first try after a minute without AWS most likely comes soon after it.
  orders: { MESH_RENEW_SECONDS: '0.4' },
  ledger: { MESH_RENEW_SECONDS: '0.3' },
  hasty: { MESH_WAIT_SECONDS: '1' },
};
const AGENT: ImageRule = { image: standIns.agent().image, run: (context) => standIns.agent(SETTINGS[context.service.name]).run(context) };

/** What a secret should never hold: how it comes there, and the reason that the agent gives. */
type Wrong = readonly [
  what: string,
  reason: string,
  make: (certificates: MeshCertificates, service: string, good: CertificateSecret) => Promise<string | CertificateSecret>,
];
const WRONG: readonly Wrong[] = [
  ['garbage', 'not-json', async () => Promise.resolve('{ "version": 1, ')],
  [
    'an expired certificate',
    'expired',
    async (_, service, { trustBundle }) =>
      (await somebody()).issue({
        identity: identityOf(service),
        notBefore: Date.now() - 170 * HOUR,
        notAfter: Date.now() - 2 * HOUR,
        trustBundle,
      }),
  ],
  [
    'a certificate of an authority that nobody trusts',
    'untrusted',
    async (_, service, { trustBundle }) =>
      (await somebody()).issue({ identity: identityOf(service), notBefore: Date.now() - HOUR, notAfter: Date.now() + HOUR, trustBundle }),
  ],
  ['the certificate of another service', 'wrong-identity', async (certificates) => Promise.resolve(certificates.current('ledger') ?? '')],
];
const identityOf = (service: string): string => `spiffe://shop.internal/${service}`;
const somebody = async (): Promise<Authority> => Authority.create('somebody', Date.now());

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
      firstRotation: 'held',
      pace: { restarts: 0 },
      volumeKiB: { ledger: 64 },
    }),
  );
  const task = (service: string): Task => shop().task(service);
  const agentOf = (service: string): Container => task(service).container(AGENT_CONTAINER);
  /** By service. */
  const faults = new Map<string, Fault>();
  let minute: Promise<unknown>;

  beforeAll(async () => {
    shop().aws.secretsManager.fault = ({ by }) => faults.get(by.replace(/-\d+$/, ''));
    for (const service of RUNNING) await shop().certificates.rotate(service);
    await Promise.all(RUNNING.map(async (service) => shop().scale(service, 1)));
    await settled(shop());
    traffic = new LightLoad(task('ui'), CALLS);
    // The minute goes by while the other services have troubles of their own.
    faults.set('orders', 'unreachable');
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

  test('a task that starts waits until the secret is there and was rotated, says what it waits for, and starts then', async () => {
    faults.set('patient', { error: 'ResourceNotFoundException', message: "Secrets Manager can't find the specified secret." });
    const [started, end] = await starting('patient');
    const init = started.container(INIT_CONTAINER);
    await init.log.untilJson(({ message, reason }) => message === 'waiting for the certificate' && reason === 'missing');
    faults.delete('patient');
    await init.log.untilJson(({ message, reason }) => message === 'waiting for the certificate' && reason === 'malformed');
    expect([PROXY_CONTAINER, APPLICATION_CONTAINER].map((name) => started.container(name).state.status)).toEqual(['PENDING', 'PENDING']);
    await expectNothingInTheClear(started);
    await shop().certificates.rotate('patient');
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
    expect(await presented(started)).toEqual([shop().certificates.serial('patient')]);
    await expectNothingInTheClear(started);
  });

  test.each(WRONG)(
    'fails if a task starts while its secret holds %s: nothing but mesh-init runs, and its log says "%s"',
    async (_, expected, make) => {
      const { certificates } = shop();
      certificates.put('hasty', await make(certificates, 'hasty', await certificates.rotate('ui')));
      const [started, end] = await starting('hasty');
      await started
        .container(INIT_CONTAINER)
        .log.untilJson(({ message, reason }) => message === 'gave up waiting for the certificate' && reason === expected);
      expect(String(await end)).toContain(`waits for "${INIT_CONTAINER}" to be SUCCESS, but it exited with code 1`);
      expect(started.story().filter((event) => event.endsWith(' STARTED'))).toEqual([`${INIT_CONTAINER} STARTED`]);
    },
  );

  /** Does something, and waits for what the agent says to it. */
  const keepsItsOwn = async (service: string, reason: string, trouble: () => Promise<void> | void): Promise<void> => {
    const before = await presented(task(service));
    const since = Date.now();
    await trouble();
    await agentOf(service).log.until(
      ({ text, at }) => at >= since && text.includes('the certificate in use is kept') && text.includes(`"reason":"${reason}"`),
      { what: reason },
    );
    await traffic.goesOn();
    expect(await presented(task(service))).toEqual(before);
  };

  test.each(WRONG)(
    'a task that runs goes on with what it has if the secret holds %s, says "%s", and takes the next good one',
    async (_, reason, make) => {
      const { certificates } = shop();
      const good = await certificates.rotate('ui');
      await renewed(shop(), 'ui');
      await keepsItsOwn('ui', reason, async () => {
        certificates.put('ui', await make(certificates, 'ui', good));
      });
      certificates.put('ui', good);
      await certificates.rotate('ui');
      await renewed(shop(), 'ui');
    },
  );

  test.each<readonly [string, Fault, string]>([
    ['throttles', 'throttled', 'throttled'],
    ['answers too slowly', { slowMs: 4000 }, 'network'],
    ['never answers', 'silent', 'network'],
  ])('a task that runs goes on with what it has while Secrets Manager %s, and says so', async (_, fault, reason) => {
    await keepsItsOwn('ui', reason, async () => {
      faults.set('ui', fault);
      await shop().certificates.rotate('ui');
    });
    faults.delete('ui');
    await renewed(shop(), 'ui');
  });

  test('a task that runs is renewed although Secrets Manager takes a second to answer', async () => {
    faults.set('ui', { slowMs: 1000 });
    await shop().certificates.rotate('ui');
    await renewed(shop(), 'ui');
    faults.delete('ui');
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
          .some(({ message }) => message === 'the agent runs'),
      { what: 'the agent to run again', detail: () => task('ui').describe() },
    );
    await shop().certificates.rotate('ui');
    await renewed(shop(), 'ui');
    expect(task('ui').container(PROXY_CONTAINER).restartCount).toBe(0);
    expect(task('ui').status).toBe('RUNNING');
  });

  test('a running task goes on while its disk is full, says "disk-full", and is renewed when there is room', async () => {
    const file = `${MESH_DIRECTORY}/filler`;
    expect(await agentOf('ledger').exec(['sh', '-c', `cat /dev/zero > ${file}`])).toMatchObject({
      stderr: expect.stringContaining('No space left on device') as string,
    });
    await keepsItsOwn('ledger', 'disk-full', async () => {
      await shop().certificates.rotate('ledger');
    });
    await expectHealthyAgent('ledger');
    await agentOf('ledger').exec(['rm', file]);
    await renewed(shop(), 'ledger');
  });

  test('a running task goes on while Secrets Manager is down for a minute, says so, and notices when it is back', async () => {
    const before = await presented(task('orders'));
    await shop().certificates.rotate('orders');
    await minute;
    expect(await presented(task('orders'))).toEqual(before);
    const warnings = agentOf('orders')
      .log.json()
      .filter(({ message }) => message === 'the certificate in use is kept');
    expect(new Set(warnings.map(({ reason }) => reason))).toEqual(new Set(['network']));
    faults.delete('orders');
    await agentOf('orders').log.untilJson(({ message }) => message === 'the certificate was renewed', { timeoutMs: 3 * MINUTE });
    await renewed(shop(), 'orders');
    console.log(
      `FIGURE faults: ${traffic.answered} calls while certificates, AWS, an agent and a disk were in trouble, ` +
        `${traffic.failures.length} failed`,
    );
  });
});
