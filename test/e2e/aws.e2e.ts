import { Certificates } from '../../lib';
import type { KmsCertificatesOptions } from '../../lib';
import { AGENT_CONTAINER } from '../../lib/core/model/constants';
import { presented, renewed, settled, trusted } from './mesh';
import type { HttpResponse, Task, Template } from './runner';
import { Cluster, standIns, until } from './runner';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const IMAGES = [
  standIns.envoy(),
  standIns.agent({ MESH_CHECK_SECONDS: '0.3' }),
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

  type Answer = Readonly<Record<string, unknown>>;
  const post = async (path: string, input: object, headers: Readonly<Record<string, string>> = {}): Promise<HttpResponse> =>
    caller().client.send({ url: `${pair().vpc.awsUrl}${path}`, method: 'POST', headers, body: JSON.stringify(input) });

  /** A call as a task makes it, by hand. */
  const call = async (target: string, input: object): Promise<readonly [number, Answer]> => {
    const { status, body } = await post('/', input, { 'x-amz-target': target });
    return [status, JSON.parse(body) as Answer];
  };
  const denied = [400, expect.objectContaining({ __type: 'AccessDeniedException' })];

  test('a task proves its own identity, and no other', async () => {
    const { identity, scope: mesh, identityKeyArn: KeyId } = pair().certificates.agentOf('caller');
    const encrypt = async (context?: object): Promise<unknown> =>
      call('TrentService.Encrypt', { KeyId, Plaintext: 'eA==', ...(context && { EncryptionContext: context }) });
    expect(await encrypt({ identity, mesh })).toEqual([200, expect.objectContaining({ KeyId, CiphertextBlob: expect.any(String) })]);
    for (const context of [
      { identity: pair().certificates.agentOf('callee').identity, mesh },
      { identity, mesh: 'other' },
      { identity },
      { identity, mesh, more: 'x' },
      { Identity: identity, mesh },
      undefined,
    ])
      expect([context, await encrypt(context)]).toEqual([context, denied]);
  });

  test('a task reads no proof, and signs nothing', async () => {
    const { identity, scope: mesh, identityKeyArn: KeyId } = pair().certificates.agentOf('caller');
    const EncryptionContext = { identity, mesh };
    const [, { CiphertextBlob }] = await call('TrentService.Encrypt', { KeyId, Plaintext: 'eA==', EncryptionContext });
    expect(await call('TrentService.Decrypt', { KeyId, CiphertextBlob, EncryptionContext })).toEqual(denied);
    expect(await call('TrentService.Decrypt', { CiphertextBlob, EncryptionContext })).toEqual(denied);
    const [signed] = pair().aws.keys.signed;
    expect(await call('TrentService.Sign', { ...signed })).toEqual(denied);
  });

  test('a task invokes the function that issues, and no other', async () => {
    const invoke = async (arn: string): Promise<readonly unknown[]> => {
      const { status, headers, body } = await post(`/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`, {
        action: 'authorities',
      });
      return [status, headers['x-amzn-errortype'] ?? JSON.parse(body)];
    };
    const { issuerArn } = pair().certificates.agentOf('caller');
    expect(await invoke(issuerArn)).toEqual([200, { outcome: 'authorities', authorities: expect.any(String) }]);
    const others = Object.entries(pair().template.Resources ?? {})
      .filter(([, { Type: type }]) => type === 'AWS::Lambda::Function')
      .map(([id]) => issuerArn.replace(/[^:]+$/, id))
      .filter((arn) => arn !== issuerArn);
    expect(others.length).toBeGreaterThan(0);
    for (const arn of [...others, `${issuerArn}:$LATEST`])
      expect([arn, ...(await invoke(arn))]).toEqual([arn, 403, 'AccessDeniedException']);
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

  test('a certificate is in use that was made for its task', async () => {
    await renewed(pair());
    expect(pair().certificates.lastOf(caller())).toMatchObject({
      identity: pair().certificates.agentOf('caller').identity,
      task: expect.stringMatching(/:task\/e2e\/caller-1$/),
    });
  });

  test('an authority is replaced in the steps that the deployment allows', async () => {
    const both = { authorities: ['main', 'next'] };
    /** Until every task has what the authorities of now say: who issues, and how many are trusted. */
    const everywhere = async (issuer: string, roots: number): Promise<void> => {
      for (const task of pair().tasks())
        await until(async () => pair().certificates.lastOf(task)?.issuer === issuer && (await trusted(task)).length === roots, {
          what: `${task.id} to have a certificate of "${issuer}", and to trust ${roots}`,
          detail: () => task.container(AGENT_CONTAINER).log.tail(),
        });
      await renewed(pair());
      expect((await caller().client.get(CALLEE)).status).toBe(200);
    };
    const before = await presented(caller());
    await pair().update(pairWith({ ...both, issuer: 'main' }));
    await everywhere('main', 2);
    expect(await presented(caller())).not.toEqual(before);
    await expect(pair().update(pairWith({ ...both, issuer: 'next' }))).rejects.toThrow('the authority "next" cannot issue yet');
    await pair().update(pairWith({ ...both, issuer: 'next' }), { laterMs: HOUR });
    await everywhere('next', 2);
    const early = pair().update(pairWith({ authorities: ['next'] }), { laterMs: HOUR });
    await expect(early).rejects.toThrow('the authority "main" cannot be removed yet');
    await pair().update(pairWith({ authorities: ['next'] }), { laterMs: 2 * HOUR });
    await everywhere('next', 1);
  });
});
