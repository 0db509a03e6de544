import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { caseNames, CASES, describeCase } from '../../support/cases';
import { problemsOf, schemaOfTypes } from '../../support/description-schema';
import { expectGolden, pretty } from '../../support/golden';

const ROOT = join(__dirname, '../../..');
const SCHEMA = join(ROOT, 'schema/microservices.schema.json');

const described = caseNames().flatMap((name) => {
  const description = describeCase(name);
  return description === undefined ? [] : [{ name, description }];
});

test('the schema that ships is that of the types (npm run test:update)', () => {
  const made = schemaOfTypes();
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(SCHEMA, made);
  else expect(readFileSync(SCHEMA, 'utf8')).toBe(made);
});

test.each(described)('the description of $name is of the schema, as a tool reads it', ({ description }) => {
  expect(problemsOf(JSON.parse(JSON.stringify(description)))).toEqual([]);
});

test('fails if a field is not of the schema, or is missing', () => {
  const [{ description } = { description: undefined }] = described;
  expect(problemsOf({ ...description, more: 1 })).toEqual([' should NOT have additional properties']);
  expect(problemsOf({ ...description, services: undefined })).toEqual([" should have required property 'services'"]);
});

/** Texts that are in the props under one of these names, at any depth. */
function valuesUnder(names: readonly string[], value: unknown, inside = false): readonly string[] {
  if (typeof value === 'string') return inside ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, field]) => valuesUnder(names, field, inside || names.includes(key)));
}

test('no value of an environment variable or a header, no secret and no command is in a description', () => {
  const secret = ['environment', 'secrets', 'environmentFiles', 'command', 'entryPoint', 'set', 'add', 'setIfAbsent', 'dockerLabels'];
  const looked = described.flatMap(({ name, description }) => {
    const input: unknown = JSON.parse(readFileSync(join(CASES, name, 'input.json'), 'utf8'));
    const others = new Set(description.services.flatMap((service) => [service.name, service.url, ...service.routes]));
    // Shorter ones are in other words, too, and some are names of services.
    const values = valuesUnder(secret, input).filter((text) => text.length > 4 && !others.has(text));
    const text = JSON.stringify(description);
    return values.map((value) => ({ name, value, isThere: text.includes(JSON.stringify(value)) }));
  });
  expect(looked.length).toBeGreaterThan(8);
  expect(looked.filter(({ isThere }) => isThere)).toEqual([]);
});

test('descriptions are as reviewed', () => {
  const chosen = ['every-option', 'several-edges', 'versions-and-mirroring', 'rules-of-callers', 'web-socket-api'];
  const outputs = described
    .filter(({ name }) => chosen.includes(name))
    .map(({ name, description }) => [`${name}.json`, pretty(description)] as const);
  expect(outputs).toHaveLength(chosen.length);
  expectGolden(join(__dirname, 'output'), new Map(outputs));
});
