import { Certificates } from '../../lib';
import type { KmsCertificatesOptions } from '../../lib';
import { AGENT_CONTAINER } from '../../lib/core/model/constants';
import { presented, renewed, settled } from './mesh';
import type { Task, Template } from './runner';
import { Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const IMAGES = [
  standIns.envoy(),
  standIns.agent({ MESH_RENEW_SECONDS: '0.3' }),
  standIns.xrayCollector(),
  standIns.relay('example/relay', 8080),
];
const CALLEE = 'http://callee.shop.internal:15080/';
const HOUR = 3_600_000;

const pairWith = (certificates: KmsCertificatesOptions = {}): Template =>
  synthesize({
    services: {
      caller: { image: image('relay'), port: 8080, calls: ['callee'] },
      callee: { image: image('relay'), port: 8080 },
    },
    certificates: Certificates.kms(certificates),
  });

e2e('AWS around the tasks of the runner', () => {
  const pair = cluster(async () => Cluster.start(pairWith(), { images: IMAGES }));
  beforeAll(async () => {
    await settled(pair());
  });
  const caller = (): Task => pair().task('caller');

  /** A call as a task makes it, by hand. */
  const call = async (target: string, input: object): Promise<readonly [number, Readonly<Record<string, unknown>>]> => {
    const { status, body } = await caller().client.send({
      url: `${pair().vpc.awsUrl}/`,
      method: 'POST',
      headers: { 'x-amz-target': target },
      body: JSON.stringify(input),
    });
    return [status, JSON.parse(body) as Readonly<Record<string, unknown>>];
  };
  const denied = [400, expect.objectContaining({ __type: 'AccessDeniedException' })];

  test('a task reads its own secret, and no other', async () => {
    expect(await call('secretsmanager.GetSecretValue', { SecretId: pair().certificates.secretOf('caller') })).toEqual([
      200,
      expect.objectContaining({ SecretString: JSON.stringify(pair().certificates.current('caller')) }),
    ]);
    expect(await call('secretsmanager.GetSecretValue', { SecretId: pair().certificates.secretOf('callee') })).toEqual(denied);
    expect(await call('secretsmanager.PutSecretValue', { SecretId: pair().certificates.secretOf('caller'), SecretString: 'x' })).toEqual(
      denied,
    );
  });

  test('a task reports its own health, and no other, and discovers nobody that it may not', async () => {
    const idOf = (name: string): string => pair().system.discovery.find((service) => service.name.startsWith(`${name}.`))?.id ?? '';
    expect(
      await call('Route53AutoNaming_v20170314.UpdateInstanceCustomHealthStatus', {
        ServiceId: idOf('caller'),
        InstanceId: caller().id,
        Status: 'HEALTHY',
      }),
    ).toEqual([200, {}]);
    expect(
      await call('Route53AutoNaming_v20170314.UpdateInstanceCustomHealthStatus', {
        ServiceId: idOf('callee'),
        InstanceId: pair().task('callee').id,
        Status: 'UNHEALTHY',
      }),
    ).toEqual(denied);
    expect(
      await call('Route53AutoNaming_v20170314.DiscoverInstances', { NamespaceName: 'tasks.shop.internal', ServiceName: 'callee' }),
    ).toEqual(denied);
  });

  test('the agent is healthy', async () => {
    await until(() => caller().container(AGENT_CONTAINER).state.health === 'HEALTHY', {
      what: 'the agent to be healthy',
      detail: () => caller().describe(),
    });
  });

  test('what the agent writes belongs to the user of Envoy and the agent, and nobody else reads it', async () => {
    const { stdout } = await caller()
      .container(AGENT_CONTAINER)
      .exec(['stat', '-c', '%n %a %u:%g', '/run/mesh', '/run/mesh/identity.json', '/run/mesh/trust.json']);
    expect(stdout.trim().split('\n')).toEqual([
      '/run/mesh 755 101:101',
      '/run/mesh/identity.json 600 101:101',
      '/run/mesh/trust.json 600 101:101',
    ]);
  });

  test('a rotated certificate is in use at both ends', async () => {
    const before = pair().certificates.serial('callee');
    await pair().certificates.rotateAll();
    await renewed(pair());
    expect(await presented(pair().task('callee'))).not.toContain(before);
    expect((await caller().client.get(CALLEE)).status).toBe(200);
  });

  test('an authority is replaced in the steps that the deployment allows', async () => {
    const both = { authorities: ['main', 'next'] };
    const later = { laterMs: 3 * HOUR };
    await pair().update(pairWith({ ...both, issuer: 'main' }));
    await expect(pair().update(pairWith({ ...both, issuer: 'next' }))).rejects.toThrow('the authority "next" cannot issue yet');
    await pair().certificates.rotateAll();
    await pair().update(pairWith({ ...both, issuer: 'next' }), later);
    await renewed(pair());
    await pair().certificates.rotate('caller');
    await renewed(pair());
    expect((await caller().client.get(CALLEE)).status).toBe(200);
    await expect(pair().update(pairWith({ authorities: ['next'] }), later)).rejects.toThrow('the authority "main" cannot be removed');
    await pair().certificates.rotate('callee');
    await pair().update(pairWith({ authorities: ['next'] }), later);
    await pair().certificates.rotateAll();
    await renewed(pair());
    expect((await caller().client.get(CALLEE)).status).toBe(200);
  });
});
