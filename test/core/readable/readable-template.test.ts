import fc from 'fast-check';
import { OtherReleaseError, isPackedConfig, packConfig } from '../../../lib/core/plan/pack-config';
import { readableTemplate } from '../../../lib/core/readable/readable-template';
import { byOtherRelease } from '../../support/task-config';
import { runs } from '../../support/runs';

const TOKEN = '${Token[Endpoint.12]}';
const variablesOf = (environment: Readonly<Record<string, unknown>>): readonly unknown[] =>
  Object.entries(environment).map(([name, value]) => ({ Name: name, Value: value }));

const config = {
  envoy: { clusters: [{ name: 'orders', connect_timeout: '1s', address: TOKEN }] },
  variables: { MESH_STOP_SECONDS: '30', MESH_APPLICATION: '{"container":"app","port":8080}', MESH_NAMESPACE: TOKEN },
};
const reference = { 'Fn::GetAtt': ['Database', 'Endpoint.Address'] };
const environment = variablesOf({ BEFORE: 'a', ...packConfig(config), MESH_VALUE_0: reference, AFTER: 'b' });
const template = { Resources: { Task: { Properties: { ContainerDefinitions: [{ Name: 'mesh-init', Environment: environment }] } } } };

test('a configuration is an object in place of its text, with what the template says of values, and JSON in settings as objects', () => {
  expect(readableTemplate(template)).toEqual({
    Resources: {
      Task: {
        Properties: {
          ContainerDefinitions: [
            {
              Name: 'mesh-init',
              Environment: [
                { Name: 'BEFORE', Value: 'a' },
                {
                  Name: 'MESH_CONFIG',
                  Value: {
                    envoy: { clusters: [{ name: 'orders', connect_timeout: '1s', address: reference }] },
                    variables: { MESH_STOP_SECONDS: '30', MESH_APPLICATION: { container: 'app', port: 8080 }, MESH_NAMESPACE: reference },
                  },
                },
                { Name: 'AFTER', Value: 'b' },
              ],
            },
          ],
        },
      },
    },
  });
});

test('the template itself is not changed, and one without configurations is the same object', () => {
  const before = JSON.stringify(template);
  readableTemplate(template);
  expect(JSON.stringify(template)).toBe(before);
  const other = { Resources: { Role: { Type: 'AWS::IAM::Role', Properties: { Tags: [{ Key: 'a' }], Nothing: null } } } };
  expect(readableTemplate(other)).toBe(other);
});

test("variables with names of ours stay if they are not ours: a user's MESH_CONFIG, and a MESH_VALUE_7 that no configuration names", () => {
  const own = variablesOf({ MESH_CONFIG: 'ePmO', MESH_VALUE_7: 'mine' });
  expect(readableTemplate(own)).toBe(own);
  const read = readableTemplate(variablesOf({ ...packConfig({ variables: {} }), MESH_VALUE_7: 'mine' }));
  expect(read).toEqual(variablesOf({ MESH_CONFIG: { variables: {} }, MESH_VALUE_7: 'mine' }));
});

test('a value whose variable is missing keeps its place', () => {
  const { MESH_CONFIG } = packConfig(config);
  expect(JSON.stringify(readableTemplate(variablesOf({ MESH_CONFIG })))).toContain('"address":{"$value":0}');
});

test('fails if another release has packed it, and says so', () => {
  const { MESH_CONFIG = '' } = packConfig(config);
  const other = byOtherRelease(MESH_CONFIG);
  expect(isPackedConfig(other)).toBe(true);
  expect(() => readableTemplate(variablesOf({ MESH_CONFIG: other }))).toThrow(OtherReleaseError);
  expect(() => readableTemplate(variablesOf({ MESH_CONFIG: other }))).toThrow(/another release .*bad dictionary.*synthesize it again/);
});

test('what is packed is distinguished from other texts', () => {
  expect(isPackedConfig(packConfig({ variables: {} })['MESH_CONFIG'] ?? '')).toBe(true);
  // Base64, but compressed without a dictionary, or not at all.
  expect(['', 'eNqLVkrKT1KKBQAHpgHa', 'aGVsbG8gd29ybGQ=', 'ePmO', '{"a":1}'].filter(isPackedConfig)).toEqual([]);
});

test('any JSON at all is read, and nothing of it is lost', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(readableTemplate(value)).toBe(value);
    }),
    { numRuns: runs(200) },
  );
});
