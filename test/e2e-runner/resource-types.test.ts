import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { BoutiqueStack } from '../../examples/boutique-stack';
import { ShopStack } from '../../examples/shop-stack';
import { isCustom, replacingProperties, RESOURCE_TYPES } from '../../programs/emulator/deployment/resource-types';
import { templateOf } from '../e2e/systems/synthesize';
import { REPOSITORY } from '../e2e/tools';

interface Schema {
  readonly createOnlyProperties?: readonly string[];
  readonly conditionalCreateOnlyProperties?: readonly string[];
  readonly readOnlyProperties?: readonly string[];
  readonly primaryIdentifier?: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
}

const schemas = schemasOfCfnLint();
if (schemas === undefined)
  process.stderr.write(
    '\n!!! resource-types.ts IS NOT COMPARED WITH THE SCHEMAS OF CLOUDFORMATION: run .ci/tools, which installs cfn-lint\n\n',
  );

/** CloudFormation's own, of one region; undefined where cfn-lint is not installed. */
function schemasOfCfnLint(): ((type: string) => Schema) | undefined {
  const lib = join(REPOSITORY, '.cache/tools/venv/lib');
  const [python] = existsSync(lib) ? readdirSync(lib) : [];
  const directory = join(lib, python ?? '', 'site-packages/cfnlint/data/schemas');
  if (!existsSync(join(directory, 'providers'))) return undefined;
  const files = JSON.parse(readFileSync(join(directory, 'providers/us-east-1.json'), 'utf8')) as Readonly<Record<string, string>>;
  return (type) => JSON.parse(readFileSync(join(directory, 'resources', `${files[type] ?? ''}.json`), 'utf8')) as Schema;
}

(schemas === undefined ? test.skip : test).each(Object.keys(RESOURCE_TYPES))('%s is replaced by what its schema says', (type) => {
  const schema = schemas!(type);
  const names = (pointers: readonly string[] = []): readonly string[] =>
    pointers.map((pointer) => pointer.replace('/properties/', '').split('/')[0] ?? '');
  const readOnly = names(schema.readOnlyProperties);
  const expected = new Set([
    ...names(schema.createOnlyProperties),
    ...names(schema.conditionalCreateOnlyProperties),
    ...names(schema.primaryIdentifier).filter((name) => !readOnly.includes(name)),
  ]);
  expect([...(RESOURCE_TYPES[type]?.replacing ?? [])].sort()).toEqual([...expected].sort());
  for (const name of RESOURCE_TYPES[type]?.unique ?? []) expect(Object.keys(schema.properties)).toContain(name);
});

test.each([
  ['shop', new ShopStack(new App(), 'Shop')],
  ['boutique', new BoutiqueStack(new App(), 'Boutique')],
])('every type of the example "%s" is known', (_, stack) => {
  const types = Object.values(templateOf(stack).Resources ?? {}).map(({ Type: type }) => type);
  expect(types.filter((type) => !isCustom(type) && RESOURCE_TYPES[type] === undefined)).toEqual([]);
});

test('fails for a type that is not known', () => {
  expect(() => replacingProperties('AWS::New::Thing')).toThrow('add it to resource-types.ts');
});
