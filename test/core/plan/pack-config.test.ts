import fc from 'fast-check';
import { unpackConfig as unpackInTask } from '../../../programs/agent/task-config';
import type { TaskConfig } from '../../../lib/core/contract/task-config';
import { packConfig, unpackConfig } from '../../../lib/core/plan/pack-config';
import { runs } from '../../support/runs';

const filesOf = (environment: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(unpackInTask(environment).files.map(({ name, text }) => [name, JSON.parse(text) as unknown]));

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const configs = fc.record({ envoy: fc.dictionary(fc.string(), json), variables: fc.constant({ MESH_STOP_SECONDS: '30' }) });

test('a task gets the configuration that was packed, whatever it holds', () => {
  fc.assert(
    fc.property(configs, (config: TaskConfig) => {
      const packed = packConfig(config);
      expect(unpackConfig(packed['MESH_CONFIG'] ?? '')).toEqual(config);
      expect(filesOf(packed)).toEqual({ 'envoy.json': config.envoy, 'agent.json': config.variables });
    }),
    { numRuns: runs(200) },
  );
});

test('what only a deployment knows stands in variables of its own, once, and the task fills it in as it is', () => {
  const token = '${Token[Endpoint.12]}';
  const config = { envoy: { address: token, names: [`db.${token}`, token, 'plain'] }, variables: {} };
  const packed = packConfig(config);
  expect(packed).toEqual({ MESH_CONFIG: expect.any(String) as string, MESH_VALUE_0: token, MESH_VALUE_1: `db.${token}` });
  const value = 'a "quoted" \\ value\nof ${two} lines %s $& $1';
  expect(filesOf({ ...packed, MESH_VALUE_0: value, MESH_VALUE_1: 'other' })['envoy.json']).toEqual({
    address: value,
    names: ['other', value, 'plain'],
  });
});

test('the bytes do not depend on the numbers that the CDK gives to tokens', () => {
  const packed = (token: string): string => packConfig({ envoy: { address: `\${Token[${token}]}` }, variables: {} })['MESH_CONFIG'] ?? '';
  expect(packed('Endpoint.12')).toBe(packed('Endpoint.345'));
});
