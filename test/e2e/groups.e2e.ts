import { App, Stack } from 'aws-cdk-lib';
import { Microservices, Placement, Tracing } from '../../lib';
import type { ServiceProps } from '../../lib';
import { AGENT_CONTAINER, INIT_CONTAINER } from '../../lib/core/model/constants';
import { settled } from './mesh';
import type { SteadyReport } from './programs/steady-client';
import type { Template } from './runner';
import { Cluster, standIns } from './runner';
import { SteadyLoad, envoyWithoutRetriesIn } from './steady-load';
import { cluster, e2e } from './suite';
import { image, templateOf } from './systems/synthesize';

/** Where each service stands; all call each other but for those of their own stack. */
const GROUPS = { web: undefined, catalog: 'front', stock: 'back', invoices: 'payments' } as const;
type Name = keyof typeof GROUPS;
const NAMES = Object.keys(GROUPS) as Name[];

/** Two nested stacks, a stack of the user's, and that of the system. */
function system(): Template {
  const app = new App();
  const root = new Stack(app, 'E2e');
  const service = (name: Name): ServiceProps => {
    const group = GROUPS[name];
    return {
      image: image('relay'),
      port: 8080,
      desiredCount: name === 'invoices' ? 2 : 1,
      calls: NAMES.filter((other) => other !== name),
      ...(group === undefined ? {} : { group }),
    };
  };
  new Microservices(root, 'Shop', {
    groups: {
      front: Placement.nestedStack(),
      back: Placement.nestedStack(),
      payments: Placement.stack(new Stack(app, 'Payments')),
      late: Placement.nestedStack(),
    },
    services: {
      ...Object.fromEntries(NAMES.map((name) => [name, service(name)])),
      // It calls one that is called by nobody else, and has no circle with it: it waits for it.
      reports: { image: image('relay'), port: 8080, calls: ['archive'] },
      archive: { image: image('relay'), port: 8080, group: 'late' },
    },
    tracing: Tracing.none(),
  });
  return templateOf(root);
}

const directions = NAMES.flatMap((caller) => NAMES.filter((callee) => callee !== caller).map((callee) => [caller, callee] as const));

e2e('services in two nested stacks, in one of the user and in that of the system', () => {
  const running = cluster(async () =>
    Cluster.start(system(), {
      images: [envoyWithoutRetriesIn(...NAMES), standIns.envoy(), standIns.agent(), standIns.relay('example/relay', 8080)],
    }),
  );
  beforeAll(async () => {
    await settled(running());
  });

  test.each(directions)('%s calls %s', async (caller, callee) => {
    const [task] = running().tasks(caller);
    const { status } = (await task?.client.get(`http://${callee}.shop.internal:15080/`)) ?? {};
    expect(status).toBe(200);
  });

  test('a call that nobody has declared gets nowhere', async () => {
    await expect(running().task('web').client.get('http://archive.shop.internal:15080/')).rejects.toThrow();
  });

  test('a task waits for its callee in another stack, and continues when it is there', () => {
    const lines = running().task('reports').container(INIT_CONTAINER).log.json();
    expect(lines.filter(({ message }) => String(message).startsWith('continues without callees'))).toEqual([]);
    const waited = lines.filter(({ message }) => String(message).includes('callees in other stacks')).map(({ message }) => message);
    // It looks once, where the callee was there before.
    expect([[], ['waiting for callees in other stacks', 'all callees in other stacks have tasks']]).toContainEqual(waited);
  });

  test('a task in one stack leaves while callers in all others go on, and no request is lost', async () => {
    const callers = NAMES.filter((name) => name !== 'invoices');
    const loads = callers.map((name) =>
      SteadyLoad.start(running().task(name).endpoint, {
        protocol: 'HTTP/1.1',
        target: 'invoices.shop.internal:15080',
        perSecond: 20,
        path: '/',
      }),
    );
    await Promise.all(loads.map(async (load) => load.goesOn(20)));
    const [leaving] = running().tasks('invoices');
    await leaving?.stop('the service was scaled in');
    await Promise.all(loads.map(async (load) => load.goesOn(20)));
    const reports: readonly SteadyReport[] = await Promise.all(loads.map(async (load) => load.stop()));
    expect(reports.map(({ failures }) => failures)).toEqual(callers.map(() => ({})));
    expect(Math.min(...reports.map(({ succeeded }) => succeeded))).toBeGreaterThan(40);
    expect(leaving?.container(AGENT_CONTAINER).log.lines.some(({ text }) => text.includes('left the mesh'))).toBe(true);
  });
});
