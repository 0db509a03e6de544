import { createConfig, lintFromString } from '@redocly/openapi-core';

/**
 * Rules of OpenAPI, those that its JSON Schema does not see included. Left out are those of taste, such as a licence, and
 * `no-ambiguous-paths`: which of two paths takes a request is said by how specific they are, as in API Gateway.
 * https://redocly.com/docs/cli/rules/built-in-rules
 */
const RULES = [
  'struct',
  'no-unresolved-refs',
  'no-identical-paths',
  'no-path-trailing-slash',
  'path-declaration-must-exist',
  'path-not-include-query',
  'path-parameters-defined',
  'operation-4xx-response',
  'operation-operationId',
  'operation-operationId-unique',
  'operation-operationId-url-safe',
  'operation-parameters-unique',
  'operation-summary',
  'security-defined',
  'no-duplicated-tag-names',
  'no-enum-type-mismatch',
  'no-required-schema-properties-undefined',
  'no-schema-type-mismatch',
  'no-unused-components',
  'no-empty-servers',
  'no-server-trailing-slash',
  'no-server-variables-empty-enum',
  'no-undefined-server-variable',
] as const;

/** What is wrong with a document, each with its place; a validator of others says it. */
export async function openApiProblems(text: string): Promise<readonly string[]> {
  const config = await createConfig({ rules: Object.fromEntries(RULES.map((rule) => [rule, 'error'])) });
  const problems = await lintFromString({ source: text, config });
  return problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer ?? ''}: ${message}`);
}
