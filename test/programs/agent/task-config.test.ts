import { init } from '../../../programs/agent/commands';
import { InvalidSettings, readSettings } from '../../../programs/agent/settings';
import { unpackConfig, withStoredSettings } from '../../../programs/agent/task-config';
import { packConfig } from '../../../lib/core/plan/pack-config';
import { Failure } from '../../../programs/agent/failure';
import type { FakeWorld } from './fake-world';
import { fakeWorld } from './fake-world';
import { diskError } from './memory-files';

const CONFIG = { envoy: { node: { id: 'orders' } }, variables: { MESH_STOP_SECONDS: '40' } };
const PACKED = packConfig(CONFIG);

function complaintOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof InvalidSettings) return error.message;
    throw error;
  }
  throw new Error('there is no complaint');
}

test('the agent gets what mesh-init was told, but for the configuration itself and what is no setting of its own', () => {
  const { files } = unpackConfig({
    ...PACKED,
    MESH_CLOUD_MAP_SERVICE_ID: 'srv-1',
    MESH_VALUE_0: 'x',
    AWS_REGION: 'eu-west-1',
    SECRET: 'y',
  });
  expect(files).toEqual([
    { name: 'envoy.json', text: '{"node":{"id":"orders"}}' },
    { name: 'agent.json', text: '{"MESH_STOP_SECONDS":"40","MESH_CLOUD_MAP_SERVICE_ID":"srv-1"}' },
  ]);
});

test('a variable of the environment wins over the configuration, in either container', () => {
  const environment = { ...PACKED, AWS_REGION: 'eu-west-1', MESH_STOP_SECONDS: '50' };
  expect(readSettings(unpackConfig(environment).environment)).toMatchObject({ stopMs: 50_000, region: 'eu-west-1' });
  const stored = unpackConfig({ ...PACKED, AWS_REGION: 'eu-west-1' }).files[1]?.text;
  expect(readSettings(withStoredSettings({ AWS_REGION: 'eu-west-1' }, stored))).toMatchObject({ stopMs: 40_000 });
  expect(readSettings(withStoredSettings({ AWS_REGION: 'eu-west-1', MESH_STOP_SECONDS: '60' }, stored))).toMatchObject({ stopMs: 60_000 });
});

test('a task whose agent has no mesh-init before it is configured by its environment alone', () => {
  const environment = { AWS_REGION: 'eu-west-1', MESH_STOP_SECONDS: '60' };
  expect(unpackConfig(environment)).toEqual({ environment, files: [] });
  expect(withStoredSettings(environment, undefined)).toBe(environment);
});

test('settings that all tasks have in common count as if each were given by itself', () => {
  const shared = JSON.stringify({ MESH_ISSUER_ARN: 'issuer', MESH_SCOPE: 'shop.internal/Z1' });
  const { environment, files } = unpackConfig({ ...PACKED, MESH_SHARED: shared, MESH_SCOPE: 'own/Z2' });
  expect(environment).toMatchObject({ MESH_ISSUER_ARN: 'issuer', MESH_SCOPE: 'own/Z2' });
  expect(JSON.parse(files[1]?.text ?? '')).toEqual({
    MESH_STOP_SECONDS: '40',
    MESH_ISSUER_ARN: 'issuer',
    MESH_SCOPE: 'own/Z2',
  });
  expect(unpackConfig({ MESH_SHARED: shared }).environment).toEqual(JSON.parse(shared));
  expect(withStoredSettings({ MESH_SHARED: shared }, undefined)).toEqual(JSON.parse(shared));
  for (const wrong of ['[]', 'x', '{"MESH_SCOPE":1}'])
    expect(complaintOf(() => unpackConfig({ ...PACKED, MESH_SHARED: wrong }))).toContain(
      `MESH_SHARED is "${wrong}", it must be a JSON object`,
    );
});

test('what cannot be read says what to do', () => {
  expect(complaintOf(() => unpackConfig({ MESH_CONFIG: 'eJyrrgUAAXUA+Q==' }))).toMatchInlineSnapshot(
    `"an environment variable is wrong: MESH_CONFIG does not hold the settings of the agent"`,
  );
  expect(complaintOf(() => unpackConfig({ MESH_CONFIG: 'nonsense' }))).toContain('MESH_CONFIG cannot be read');
  expect(complaintOf(() => unpackConfig(packConfig({ envoy: {}, variables: null as never })))).toContain('settings of the agent');
  const { MESH_CONFIG: config = '' } = packConfig({ envoy: ['${Token[A.1]}', '${Token[B.2]}'], variables: {} });
  expect(complaintOf(() => unpackConfig({ MESH_CONFIG: config, MESH_VALUE_0: 'a' }))).toContain('MESH_VALUE_1 is missing');
  expect(complaintOf(() => withStoredSettings({}, '{"MESH_STOP_SECONDS":40}'))).toContain('agent.json');
});

test('a configuration of another release is refused, not misread', () => {
  const packed = Buffer.from(PACKED['MESH_CONFIG'] ?? '', 'base64');
  // The dictionary's checksum (RFC 1950, DICTID).
  packed.writeUInt8(packed.readUInt8(5) ^ 1, 5);
  expect(complaintOf(() => unpackConfig({ MESH_CONFIG: packed.toString('base64') }))).toContain('Bad dictionary');
});

describe('mesh-init', () => {
  // In a mesh without certificates.
  const worldOf = (): FakeWorld => ({ ...fakeWorld(new Failure('unused', 'there are no certificates')), parameters: undefined });
  const { environment, files } = unpackConfig({ ...PACKED, AWS_REGION: 'eu-west-1', MESH_WAIT_SECONDS: '30' });
  const settings = readSettings(environment);

  test('writes the files before it ends', async () => {
    const world = worldOf();
    expect(await world.clock.until(init(settings, world, files))).toBe(0);
    expect(world.files.content.get('/run/mesh/envoy.json')).toBe('{"node":{"id":"orders"}}');
    expect(world.files.content.get('/run/mesh/agent.json')).toBe(files[1]?.text);
  });

  test('tries again while the disk fails', async () => {
    const world = worldOf();
    let failures = 3;
    world.files.fault = (operation) => (operation === 'write' && (failures -= 1) >= 0 ? diskError('ENOSPC') : undefined);
    expect(await world.clock.until(init(settings, world, files))).toBe(0);
    expect(world.lines.filter(({ message }) => message === 'waiting to write the configuration')).toHaveLength(3);
  });

  test('fails if the disk goes on failing, and says what to look at', async () => {
    const world = worldOf();
    world.files.fault = (operation) => (operation === 'write' ? diskError('EACCES') : undefined);
    expect(await world.clock.until(init(settings, world, files))).toBe(1);
    expect(world.lines.at(-1)).toMatchObject({
      message: 'gave up writing the configuration',
      reason: 'disk-access-denied',
      why: expect.stringContaining('/run/mesh/envoy.json'),
    });
  });
});
