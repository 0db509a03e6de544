import type { IssueList } from '../../../lib/core/reading/issues';
import type { RouteMatch } from '../../../lib/core/model/traffic-policy';
import { Reader } from '../../../lib/core/reading/reader';

interface Ordered {
  readonly id?: string;
  readonly name: string;
  readonly priority?: number;
  readonly match: RouteMatch;
  readonly port?: number;
  readonly scheme?: string;
  readonly hostname?: unknown;
}

/** After the last one that can be set. https://docs.aws.amazon.com/app-mesh/latest/userguide/routes.html */
const NO_PRIORITY = 1001;

/**
 * Routes in the order in which App Mesh tries them: by priority, 0 first; of one priority the longer path first
 * (aws/aws-app-mesh-roadmap#77). Two of which neither is first are an issue, and so is one that no request comes to.
 */
export function inOrder<T extends Ordered>(routes: readonly T[], issues: IssueList): readonly T[] {
  const sorted = [...routes].sort(compare);
  const end = sorted.findIndex(takesEverything);
  for (const route of end < 0 ? [] : sorted.slice(end + 1)) {
    new Reader(issues, `${route.id ?? route.name}.Spec.Priority`, route.priority).fail(
      'OVERLAPPING_ROUTES',
      `no request comes to this route: "${sorted[end]?.name ?? ''}" is before it and takes all`,
      { fix: 'give it a lower number, or remove it' },
    );
  }
  for (const [index, route] of sorted.slice(0, end < 0 ? undefined : end + 1).entries()) {
    const before = sorted[index - 1];
    if (before === undefined || rank(before) !== rank(route) || depth(before) !== depth(route) || !mayMeet(before.match, route.match))
      continue;
    new Reader(issues, `${route.id ?? route.name}.Spec.Priority`, route.priority).fail(
      'OVERLAPPING_ROUTES',
      `a request may fit both this route and "${before.name}", and neither comes first`,
      { fix: 'give each a priority of its own' },
    );
  }
  return sorted;
}

/** Whether a request to the service or gateway, whatever it is, fits. */
export function takesEverything({ match, port, scheme, hostname }: Pick<Ordered, 'match' | 'port' | 'scheme' | 'hostname'>): boolean {
  const { path, methods, headers, queryParameters } = match;
  return (
    [path, methods, port, scheme, hostname].every((condition) => condition === undefined) &&
    headers.length === 0 &&
    queryParameters.length === 0
  );
}

function compare(a: Ordered, b: Ordered): number {
  return rank(a) - rank(b) || depth(b) - depth(a) || (a.name < b.name ? -1 : 1);
}

function rank({ priority }: Ordered): number {
  return priority ?? NO_PRIORITY;
}

function depth({ match }: Ordered): number {
  return match.path?.text.length ?? 0;
}

/** Whether there may be a request that fits both: false only where it is plain to see that there is none. */
function mayMeet(a: RouteMatch, b: RouteMatch): boolean {
  const literal = (match: RouteMatch): string | undefined => (match.path?.kind === 'regex' ? undefined : match.path?.text);
  if (literal(a) !== undefined && literal(b) !== undefined && literal(a) !== literal(b)) return false;
  if (a.methods !== undefined && b.methods !== undefined && !a.methods.some((method) => b.methods?.includes(method))) return false;
  return a.headers.every((one) => b.headers.every((other) => one.name.toLowerCase() !== other.name.toLowerCase() || !exclude(one, other)));
}

function exclude(a: RouteMatch['headers'][number], b: RouteMatch['headers'][number]): boolean {
  const same = a.kind === b.kind && a.text === b.text && a.start === b.start && a.end === b.end;
  if (same) return a.invert !== b.invert;
  if (isMissing(a) || isMissing(b)) return !a.invert || !b.invert;
  return a.kind === 'exact' && b.kind === 'exact' && !a.invert && !b.invert;
}

function isMissing({ kind, invert }: RouteMatch['headers'][number]): boolean {
  return kind === 'present' && invert;
}
