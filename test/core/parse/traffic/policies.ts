import type { Issue } from '../../../../lib/core/reading/issues';
import type { CallPolicy } from '../../../../lib/core/model/traffic-policy';
import type { Raw } from '../../../support/parsing';
import { issuesOf, topologyOf, ui } from '../../../support/parsing';

/** The policy of calls to a service with these props. */
export function policyOf(props: Raw): CallPolicy {
  return topologyOf(ui(props)).services[0].callPolicy;
}

/** What is wrong with them; `path` without that of the service. */
export function mistakesOf(props: Raw): readonly Pick<Issue, 'code' | 'path'>[] {
  return issuesOf(ui(props)).map(({ code, path }) => ({ code, path: path.replace('services.ui.', '') }));
}

/** A row of a table: what the user does, the props, and the issue. */
export type Row = readonly [string, Raw, Issue['code'], string];

export function failsIfTheUser(rows: readonly Row[]): void {
  test.each(rows)('fails if the user %s', (_, props, code, path) => {
    expect(mistakesOf(props)).toEqual([{ code, path }]);
    // Whoever reads it learns what to do; of a wrong type the message says it.
    const [{ fix, allowed }] = issuesOf(ui(props));
    expect(code === 'WRONG_TYPE' || Boolean(fix ?? allowed)).toBe(true);
  });
}
