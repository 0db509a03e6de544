import { join } from 'node:path';
import { filesWithErrors } from '../support/compile';

const JWT = "Authorizer.jwt({ issuer: 'https://login.example.com', audience: ['shop'] })";
const orders = (authorizer: string): string => `{ 'GET /orders': { service: 'orders', authorizer: ${authorizer} } }`;

/** What an edge does, and whether it compiles. */
const EDGES: readonly (readonly [string, string, boolean])[] = [
  ['an HTTP API with a JWT authorizer', `Edge.httpApi({ authorizer: ${JWT}, routes: {} })`, true],
  ['a REST API with API keys', 'Edge.restApi({ authorizer: Authorizer.apiKey(), routes: {} })', true],
  ['an HTTP API with a signed route', `Edge.httpApi({ routes: ${orders('Authorizer.iam()')} })`, true],
  ['a REST API with a signed route', `Edge.restApi({ routes: ${orders('Authorizer.iam()')} })`, true],
  ['an HTTP API with API keys', 'Edge.httpApi({ authorizer: Authorizer.apiKey(), routes: {} })', false],
  ['a REST API with a JWT authorizer', `Edge.restApi({ authorizer: ${JWT}, routes: {} })`, false],
  ['a route of an HTTP API with API keys', `Edge.httpApi({ routes: ${orders('Authorizer.apiKey()')} })`, false],
  ['a route of a REST API with a JWT authorizer', `Edge.restApi({ routes: ${orders(JWT)} })`, false],
  // It may have `grpcRoutes` alone.
  ['an edge without routes', 'Edge.httpApi({ authorizer: Authorizer.none() })', true],
];

const fileOf = (index: number): string => join(__dirname, `edge-options-${index}.ts`);
const texts = new Map(
  EDGES.map(([, code], index) => [fileOf(index), `import { Authorizer, Edge } from '../../lib';\nexport const edge = ${code};\n`]),
);
let complaints: readonly string[];

beforeAll(() => {
  complaints = filesWithErrors(texts);
});

test.each(EDGES.map(([what, , compiles], index) => [`${what} ${compiles ? 'compiles' : 'does not compile'}`, index, compiles] as const))(
  '%s',
  (_, index, compiles) => {
    expect(complaints.includes(fileOf(index))).toBe(!compiles);
  },
);
