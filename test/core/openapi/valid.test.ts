import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CASES, caseNames } from '../../support/cases';
import { openApiProblems } from '../../support/openapi-problems';

const FILES = caseNames().flatMap((name) =>
  readdirSync(join(CASES, name, 'output'))
    .filter((file) => file.startsWith('openapi.'))
    .map((file) => join(name, 'output', file)),
);

test.each(FILES)('a validator of others accepts %s', async (file) => {
  expect(await openApiProblems(readFileSync(join(CASES, file), 'utf8'))).toEqual([]);
});

test('fails if an operation, a parameter or a requirement of security is not what OpenAPI wants', async () => {
  const operation = { operationId: 'same', summary: 'x', responses: { '4XX': { description: 'x' } }, security: [{ nobody: [] }] };
  const document = {
    openapi: '3.1.0',
    info: { title: 'x', version: '1' },
    servers: [{ url: 'https://{host}' }],
    paths: { '/a/{x}': { get: operation }, '/a/{y}': { get: { ...operation, parameters: [{ name: 'q', in: 'query' }] } } },
  };
  const rules = (await openApiProblems(JSON.stringify(document))).map((problem) => problem.replace(/ .*/s, ''));
  expect([...new Set(rules)].sort()).toEqual([
    'no-identical-paths',
    'no-undefined-server-variable',
    'operation-operationId-unique',
    'path-parameters-defined',
    'security-defined',
    'struct',
  ]);
});
