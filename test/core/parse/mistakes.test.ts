import type { Issue, IssueCode } from '../../../lib/core/reading/issues';
import { MicroservicesValidationError } from '../../../lib/core/reading/issues';
import { MISTAKES } from './mistakes';
import { issueCodes } from '../../support/issue-codes';
import { issuesOf, mesh, service, ui } from '../../support/parsing';

const table = [...MISTAKES];

/** Found when the plan or the template is complete, so not by reading props. */
const FOUND_LATER: readonly IssueCode[] = [
  'GROUP_TOO_LARGE',
  'TASK_DEFINITION_TOO_LARGE',
  'UNKNOWN_CLIENT',
  'UNKNOWN_EDGE',
  'UNKNOWN_PORT',
  'UNKNOWN_ROUTE',
  'UNSUPPORTED_BY_MESH',
];

test('every code has a mistake', () => {
  const codes = [...issueCodes().keys()];
  expect(codes.filter((code) => !MISTAKES.has(code)).sort()).toEqual(FOUND_LATER);
});

/** What a user reads of one issue. */
const text = (issue: Issue): string =>
  new MicroservicesValidationError('App/Shop', [issue]).message.split('\n').slice(2).join('\n').trimEnd();

describe.each(table)('%s', (code, mistakes) => {
  test.each(mistakes)('fails if the user $did', ({ props, path }) => {
    const issues = issuesOf(props);
    expect(issues.map((issue) => ({ code: issue.code, path: issue.path }))).toEqual([{ code, path }]);
    expect(text(issues[0])).toMatchSnapshot();
  });
});

describe('every issue reads well', () => {
  const all = table.flatMap(([, mistakes]) =>
    mistakes.flatMap((mistake) => issuesOf(mistake.props).map((issue) => [mistake.did, issue] as const)),
  );

  test.each(all)('where the user %s', (_, issue) => {
    const parts = [issue.message, issue.allowed, issue.fix].filter((part) => part !== undefined);
    for (const part of parts) {
      expect(part).not.toMatch(/\[object|undefined|\bnull\b|NaN\b(?! seconds)/);
      expect(part).not.toMatch(/\n|\s$|^\s|\.$/);
      expect(part.length).toBeLessThan(340);
    }
    // What is wrong, what would be right: one of allowed and fix, unless the message itself says what must be.
    const saysItself = /^must be|must be given$/.test(issue.message);
    if (issue.code === 'MISSING') expect(issue.fix).toBeDefined();
    expect(saysItself || issue.allowed !== undefined || issue.fix !== undefined).toBe(true);
  });

  test('a secret that was given by its value is not repeated', () => {
    const [issue] = issuesOf(ui({ secrets: { PASSWORD: 'hunter2' } }));
    expect(JSON.stringify(issue)).not.toContain('hunter2');
  });

  test('the value of a header is not repeated', () => {
    const collector = { kind: 'endpoint', host: 'otlp.vendor.example', headers: { 'x-api-key': 'hunter2\n' } };
    const [issue] = issuesOf(mesh({ ui: service() }, { tracing: { kind: 'openTelemetry', collector } }));
    expect(JSON.stringify(issue)).not.toContain('hunter2');
  });
});
