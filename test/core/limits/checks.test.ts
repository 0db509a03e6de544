import type { Limit } from '../../../lib/core/limits/limit';
import { LIMIT_CASES, said } from '../limit-cases';

/** Whether synthesis says of the system what the table has for the limit. */
function isSaid({ handling }: Limit, props: Parameters<typeof said>[0], says = ''): { readonly error: boolean; readonly warning: boolean } {
  const { issues, warnings } = said(props);
  return {
    error: issues.some(({ code }) => code === handling.error),
    warning: warnings.some(({ id, message }) => id === handling.warning && message.includes(says)),
  };
}

/** Limits that such a system meets before: containers share the memory of a task, and Envoy's configuration is in a task definition. */
const MET_FIRST: readonly string[] = ['TASK_SIZE', 'TASK_DEFINITION_TOO_LARGE'];

/** The most of which nothing is said. */
function largest({ value, warnFrom }: Limit): number {
  return warnFrom === undefined ? value : Math.ceil(value * warnFrom) - 1;
}

const table = LIMIT_CASES.map((each) => [each.limit.id, each] as const);

test.each(table)('%s: a system at the limit has what it asks for', (_id, { limit, taking, says }) => {
  const props = taking(largest(limit));
  expect(isSaid(limit, props, says)).toEqual({ error: false, warning: false });
  expect(said(props).issues.filter(({ code }) => !MET_FIRST.includes(code))).toEqual([]);
});

test.each(table)('fails if nothing is said of a system above %s', (_id, { limit, taking, says }) => {
  const { error, warning } = isSaid(limit, taking(largest(limit) + 1), says);
  // A limit with both is an error; the warning is about what passes.
  expect({ error, warning }).toEqual({ error: limit.handling.error !== undefined, warning: limit.handling.error === undefined });
});

test.each(table.filter(([, { limit }]) => (limit.least ?? 0) > 0))('fails if nothing is said of a system below %s', (_id, each) => {
  const { limit, taking } = each;
  const least = limit.least ?? 0;
  expect(isSaid(limit, taking(least)).error).toBe(false);
  expect(isSaid(limit, taking(least - 1)).error).toBe(true);
});
