import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MESH_VARIABLES } from '../../../lib/core/contract/agent';
import { FUNCTION_NAMES } from '../../../lib/core/contract/functions';
import { identityOf, identityParts } from '../../../lib/core/contract/identity';
import { type Environment, readSettings } from '../../../programs/agent/settings';
import { unpackConfig } from '../../../programs/agent/task-config';

test('the agent reads every variable of the contract', () => {
  const read = new Set<string>();
  const record = (_: unknown, name: string | symbol): undefined => void read.add(String(name));
  expect(() => readSettings(new Proxy<Environment>({}, { get: record }))).toThrow('AWS_REGION is missing');
  unpackConfig(new Proxy<Environment>({}, { get: record }));
  expect([...read].filter((name) => name.startsWith('MESH_')).sort()).toEqual([...MESH_VARIABLES].sort());
});

test('an identity is read as it is written', () => {
  expect(identityParts(identityOf('shop.internal', 'orders'))).toEqual({ trustDomain: 'shop.internal', service: 'orders' });
  expect(identityParts(identityOf('shop internal', 'orders'))).toBeUndefined();
  expect(identityParts('shop.internal/orders')).toBeUndefined();
});

test('every function has a folder of its own with an index, which is bundled', () => {
  const functions = join(__dirname, '../../../programs/functions');
  const bundled = readdirSync(functions, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && readdirSync(join(functions, entry.name)).includes('index.ts'),
  );
  expect(bundled.map(({ name }) => name).sort()).toEqual([...FUNCTION_NAMES].sort());
});
