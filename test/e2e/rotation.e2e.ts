import { X509Certificate } from 'node:crypto';
import { Certificates, Protocol, Tracing } from '../../lib';
import type { KmsCertificatesOptions } from '../../lib';
import { AGENT_HEALTH_PROGRAM, MESH_DIRECTORY } from '../../lib/core/contract/files';
import { ADMIN_PORT } from '../../lib/core/contract/ports';
import { AGENT_CONTAINER, AGENT_MEMORY_MIB, PROXY_CONTAINER } from '../../lib/core/model/constants';
import type { X509Svid } from '../../programs/shared/svid';
import { memoryOf, memoryOfCommand } from './memory';
import { presented, settled, trusted } from './mesh';
import type { LoadResult, Task, Template } from './runner';
import { Cluster, load, standIns, until } from './runner';
import { pause } from './runner/wait';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';
import { callByTls } from './tls';

/** Every certificate is replaced at every turn, since it begins 5 minutes before it is issued. */
const SETTINGS = { MESH_RENEW_SECONDS: '3', MESH_CHECK_SECONDS: '3' };
const IMAGES = [standIns.envoy(), standIns.agent(SETTINGS), standIns.fortio('example/app', 8080)];
const SERVICES = ['ui', 'orders', 'ledger'];
const RENEWALS = 5;
const HOUR = 3_600_000;

const LANES = [{ url: 'http://orders.shop.internal:15080/' }, { url: 'http://ledger.shop.internal:8090/', reconnects: true }];
/** Half of it opens a connection for each request. */
const PER_SECOND = 220;
const REQUESTS = 30 * PER_SECOND;
/** What has to be answered with the new certificates before the next ones come. */
const BETWEEN = PER_SECOND;
const CONNECTIONS = 4;

/** The ledger is called by TCP: each connection of the caller is one between two tasks too, with a handshake of its own. */
const mesh = (certificates: KmsCertificatesOptions = {}): Template =>
  synthesize({
    services: {
      ui: { image: image('app'), port: 8080, calls: ['orders', 'ledger'] },
      orders: { image: image('app'), port: 8080 },
      ledger: { image: image('app'), port: 8080, protocol: Protocol.TCP, virtualPort: 8090 },
    },
    certificates: Certificates.kms(certificates),
    tracing: Tracing.none(),
  });

e2e('rotation of certificates', () => {
  const shop = cluster(async () => Cluster.start(mesh(), { images: IMAGES }));
  beforeAll(async () => {
    await settled(shop());
  });
  const task = (name: string): Task => shop().task(name);
  const allTrust = async (roots: readonly string[]): Promise<void> => {
    await Promise.all(
      shop()
        .tasks()
        .map(async (each) =>
          until(async () => (await trusted(each)).join() === [...roots].sort().join(), {
            what: `${each.id} to trust just ${roots.join(' and ')}`,
          }),
        ),
    );
  };

  /** The statistics of an Envoy whose names match, without those that are 0. */
  const counted = async (name: string, pattern: string): Promise<Readonly<Record<string, number>>> => {
    const { body } = await task(name).client.get(
      `http://127.0.0.1:${ADMIN_PORT}/stats?format=json&type=Counters&filter=${encodeURIComponent(pattern)}`,
    );
    const { stats } = JSON.parse(body) as { readonly stats: ReadonlyArray<{ readonly name: string; readonly value: number }> };
    return Object.fromEntries(stats.filter(({ value }) => value > 0).map((stat) => [stat.name, stat.value]));
  };
  const callsSoFar = async (): Promise<number> =>
    Object.values(await counted('ui', '^cluster\\.(orders\\.upstream_rq_total|ledger\\.upstream_cx_total)$')).reduce(
      (sum, value) => sum + value,
      0,
    );
  const callsAreAtLeast = async (count: number): Promise<void> => {
    await until(async () => (await callsSoFar()) >= count, { what: `${count} calls` });
  };
  const callsGoOn = async (): Promise<void> => {
    await callsAreAtLeast((await callsSoFar()) + BETWEEN);
  };

  const rootsOf = ({ trustBundle }: X509Svid): readonly string[] =>
    (trustBundle.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).map((pem) =>
      new X509Certificate(pem).serialNumber.toLowerCase(),
    );

  /** What somebody keeps who had a certificate before the authority went. */
  let ofTheOldAuthority: X509Svid | undefined;

  test('every certificate is replaced more than five times, and the authority once, and not one of 6,600 requests is lost', async () => {
    const over = new AbortController();
    const traffic = Promise.all(
      LANES.map(async (lane) =>
        load(task('ui').endpoint, { ...lane, requests: over.signal, perSecond: PER_SECOND / LANES.length, connections: CONNECTIONS }),
      ),
    );
    traffic.catch(() => undefined);
    /** What each task's Envoy has presented, one after the other. */
    const seen = new Map(SERVICES.map((name) => [name, new Set<string>()]));
    const watch = (async () => {
      while (!over.signal.aborted) {
        for (const name of SERVICES) for (const serial of await presented(task(name))) seen.get(name)?.add(serial);
        await pause(200, over.signal);
      }
    })();
    const renewedTimes = async (times: number): Promise<void> => {
      const before = new Map([...seen].map(([name, serials]) => [name, serials.size]));
      await until(() => [...seen].every(([name, serials]) => serials.size >= (before.get(name) ?? 0) + times), {
        what: `every certificate to be replaced ${times} times`,
        detail: () => task('ui').container(AGENT_CONTAINER).log.tail(),
        timeoutMs: 60_000,
      });
      await callsGoOn();
    };
    const refused = async (certificates: KmsCertificatesOptions, reason: string, laterMs = 0): Promise<void> => {
      const refusal: unknown = await shop()
        .update(mesh(certificates), { laterMs })
        .catch((error: unknown) => error);
      expect(String(refusal)).toContain(reason);
    };
    try {
      await callsGoOn();
      await renewedTimes(RENEWALS);

      const both = { authorities: ['main', 'next'] };
      const main = rootsOf(await shop().certificates.issue('ui'));
      await shop().update(mesh({ ...both, issuer: 'main' }));
      await refused({ ...both, issuer: 'next' }, 'the authority "next" cannot issue yet: tasks may not trust it until ');
      const roots = rootsOf(await shop().certificates.issue('ui'));
      expect(roots).toEqual(expect.arrayContaining([...main]));
      expect(roots).toHaveLength(2);
      await allTrust(roots);
      await callsGoOn();

      ofTheOldAuthority = await shop().certificates.issue('ui');
      await shop().update(mesh({ ...both, issuer: 'next' }), { laterMs: HOUR });
      await refused(
        { authorities: ['next'] },
        'the authority "main" cannot be removed yet: tasks may have a certificate by it until ',
        HOUR,
      );
      await renewedTimes(1);

      await shop().update(mesh({ authorities: ['next'] }), { laterMs: 3 * HOUR });
      await allTrust(roots.filter((root) => !main.includes(root)));
      await renewedTimes(1);
      // The first ones of each connection, before fortio begins to count.
      await callsAreAtLeast(REQUESTS + 4 * CONNECTIONS);
    } finally {
      over.abort();
      await watch;
    }
    const results = await traffic;
    const answered = results.reduce((sum, { statuses }) => sum + (statuses['200'] ?? 0), 0);
    expect(results.map(({ statuses }) => Object.keys(statuses))).toEqual([['200'], ['200']]);
    expect(answered).toBeGreaterThanOrEqual(REQUESTS);
    // Not even something that was tried again: no handshake was refused, and no connection failed.
    expect(await counted('ui', 'connect_fail|rq_retry|ssl\\.(connection_error|fail_)')).toEqual({});
    for (const name of ['orders', 'ledger']) expect(await counted(name, 'ssl\\.(connection_error|fail_)')).toEqual({});
    const { 'cluster.ledger.ssl.handshake': handshakes = 0 } = await counted('ui', '^cluster\\.ledger\\.ssl\\.handshake$');
    expect(handshakes).toBeGreaterThanOrEqual(results[1]?.statuses['200'] ?? 0);
    console.log(
      `FIGURE rotation under load: ${answered} requests, 0 failed, certificates of ${SERVICES.length} tasks replaced ` +
        `${[...seen.values()].map(({ size }) => size - 1).join(', ')} times, 1 new authority, ${handshakes} handshakes; ` +
        ['kept connections', 'new connections'].map((kind, index) => `${kind}: ${timesOf(results[index])}`).join('; '),
    );
  });

  test.each(['orders', 'ledger'])('fails if somebody presents a certificate of the authority that went to %s', async (name) => {
    expect(ofTheOldAuthority).toBeDefined();
    const [before, now] = [
      await callByTls(task('ui'), task(name), ofTheOldAuthority),
      await callByTls(task('ui'), task(name), await shop().certificates.issue('ui')),
    ];
    expect([before.status, now.status]).toEqual([0, 200]);
    await task(name)
      .container(PROXY_CONTAINER)
      .log.untilJson(({ downstream_failure: failure }) => typeof failure === 'string' && failure.includes('CERTIFICATE_VERIFY_FAILED'));
  });

  test('after all that the agent, with its health check, has not used up its memory by far', async () => {
    const agents = SERVICES.map((name) => memoryOf(task(name).container(AGENT_CONTAINER))?.peak ?? NaN);
    // Runs in the same container, so it counts.
    const check = await memoryOfCommand(task('ui').container(AGENT_CONTAINER), ['perl', AGENT_HEALTH_PROGRAM]);
    const most = Math.max(...agents) + check.own;
    console.log(
      `FIGURE memory of mesh-agent: at most ${Math.max(...agents).toFixed(0)} MiB resident, and ` +
        `${check.own.toFixed(0)} MiB while its health check runs, of ${AGENT_MEMORY_MIB} MiB`,
    );
    expect(most).toBeLessThan(0.85 * AGENT_MEMORY_MIB);
  });

  test('a task that starts after all of it gets along with those that have lived through it', async () => {
    await shop().scale('ui', 2);
    await settled(shop());
    const [, started] = shop().tasks('ui');
    for (const { url } of LANES) expect((await started.client.get(url)).status).toBe(200);
  });

  test('what a task presents and trusts belongs to the user of Envoy and the agent, and nobody else reads it', async () => {
    const files = ['identity.json', 'trust.json'].map((name) => `${MESH_DIRECTORY}/${name}`);
    const { stdout } = await task('orders')
      .container(AGENT_CONTAINER)
      .exec(['stat', '-c', '%n %a %u:%g', ...files]);
    expect(stdout).toBe(files.map((file) => `${file} 600 101:101\n`).join(''));
  });
});

function timesOf(result: LoadResult | undefined): string {
  if (result === undefined) return 'none';
  const [median, p99, max] = [result.seconds.median, result.seconds.p99, result.seconds.max].map((seconds) => (seconds * 1000).toFixed(1));
  return `p50 ${median} ms, p99 ${p99} ms, max ${max} ms`;
}
