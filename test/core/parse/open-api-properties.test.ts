import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Issue } from '../../../lib/core/reading/issues';
import { CASES } from '../../support/cases';
import { edge, issuesOf, parse } from '../../support/parsing';
import { userPool } from './mistakes/mistake';

const TEXTS = ['api.yaml', 'minimal.yaml', 'web.json'].map((name) => readFileSync(join(CASES, 'openapi-as-input', name), 'utf8'));
const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '$ref', 'x-service', 'security', '<<', ''];
const VALUES = ['null', '[]', '{}', '1', '"#/"', '"#/paths"', '*a', '&a', '!!binary x', '.nan', '- ', '? ', '"%E0%A4%A"', '~'];

const props = (text: string, kind = 'rest'): unknown =>
  edge(
    {
      authorizer: undefined,
      routes: undefined,
      openApi: { kind: 'file', path: 'api.yaml', text },
      securitySchemes: { login: { kind: 'cognito', userPool } },
    },
    kind,
  );
const issuesIn = (text: string, kind?: string): readonly Issue[] => issuesOf(props(text, kind));

/** A document in which words are cut out, replaced or put elsewhere. */
const damaged = fc
  .tuple(
    fc.constantFrom(...TEXTS),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 40 }), fc.oneof(fc.constantFrom(...NAMES, ...VALUES), fc.string({ maxLength: 5 }))), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([text, changes]) =>
    changes.reduce((changed, [at, length, replacement]) => {
      const start = at % (changed.length + 1);
      return `${changed.slice(0, start)}${replacement}${changed.slice(start + length)}`;
    }, text),
  );

test('whatever is in a document, it is a mistake or a route, and nothing throws', () => {
  fc.assert(
    fc.property(damaged, fc.constantFrom('http', 'rest'), (text, kind) => {
      for (const { path, message, fix, allowed } of issuesIn(text, kind)) {
        expect(path).toMatch(/^edge/);
        expect(message).not.toMatch(/\[object|undefined|\n/);
        expect(fix ?? allowed ?? message).not.toBe('');
      }
    }),
    { numRuns: 150 },
  );
});

/** A value of JSON, in places where the format wants another one. */
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<unknown>(null, true, 1, '', 'ui', '#/paths', '#/components/schemas/A'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(...NAMES, 'paths', '/', '/{id}', 'get', 'post', 'parameters', 'requestBody', 'content', 'application/json', 'schema'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

test('whatever JSON a document is, nothing throws', () => {
  fc.assert(
    fc.property(json, json, json, (paths, security, components) => {
      issuesIn(JSON.stringify({ openapi: '3.1.0', 'x-service': 'ui', security, paths, components }));
      issuesIn(JSON.stringify({ openapi: '3.0.0', security: [], paths: { '/': { post: paths, get: components } } }));
    }),
    { numRuns: 150 },
  );
});

/** A schema of a body that stands in the document as this text. */
const withSchema = (schema: string, more = ''): string =>
  `openapi: 3.0.0\nx-service: ui\nsecurity: []\n${more}` +
  `paths: { /: { post: { requestBody: { content: { application/json: { schema: ${schema} } } } } } }\n`;

test('names that mean something to JavaScript are names of properties', () => {
  const { topology, issues } = parse(
    props(
      withSchema(
        '{ $ref: "#/components/schemas/__proto__" }',
        'components: { schemas: { __proto__: { properties: { __proto__: { type: string }, constructor: {} } } } }\n',
      ),
    ),
  );
  expect(issues.map(({ path }) => path)).toEqual(['edge.securitySchemes.login']);
  const body = topology.edges[0]?.routes[0]?.validation?.body;
  expect(Object.keys(body?.['properties'] ?? {})).toEqual(['__proto__', 'constructor']);
});

test('fails if aliases of aliases would make a document of billions of values', () => {
  const names = 'abcdefghijklmnop'.split('');
  const lists = names.map(
    (name, index) =>
      `  - &${name} [${Array(10)
        .fill(index === 0 ? 'x' : `*${names[index - 1]}`)
        .join(', ')}]`,
  );
  const [issue] = issuesIn(`openapi: 3.1.0\nx-bomb:\n${lists.join('\n')}\n`);
  expect(issue).toMatchObject({ code: 'OPEN_API', path: 'edge.openApi' });
  expect(issue?.message).toContain('aliases make it larger than any document');
});

test('fails if a document is deeper than people write', () => {
  expect(issuesIn(withSchema(`${'{ not: '.repeat(200)}{}${' }'.repeat(200)}`))[0]?.message).toMatch(
    /^api\.yaml:\d+:\d+: is nested more than 100 deep/,
  );
  expect(issuesIn(`openapi: ${'['.repeat(100_000)}`)[0]).toMatchObject({ code: 'OPEN_API', path: 'edge.openApi' });
});
