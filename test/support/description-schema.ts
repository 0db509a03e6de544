import Ajv from 'ajv';
import { join } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import { pretty } from './golden';

const ROOT = join(__dirname, '../..');

/** From the types, so that what tools are promised is what is written. */
export function schemaOfTypes(): string {
  const schema = createGenerator({
    path: join(ROOT, 'lib/core/description/system-description.ts'),
    tsconfig: join(ROOT, 'tsconfig.json'),
    type: 'SystemDescription',
    skipTypeCheck: true,
    additionalProperties: false,
    sortProps: false,
  }).createSchema('SystemDescription');
  const header = { title: 'A system of cdk-ecs-microservices, as the cloud assembly describes it' };
  return pretty({ ...header, ...schema });
}

const validate = new Ajv({ allErrors: true }).compile(JSON.parse(schemaOfTypes()) as object);

/** What is wrong with a description, by the schema. */
export function problemsOf(description: unknown): readonly string[] {
  validate(description);
  return (validate.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message ?? ''}`);
}
