import type { Service } from '../../model/topology';
import type { ValueMatch } from '../../model/traffic-policy';
import type { Upstream } from './upstream';

/** Headers whose values the routes to these callees match. */
export function headersOfRoutes(callees: readonly Upstream[]): readonly string[] {
  return sorted(
    callees.flatMap(({ policy, versionHeader }) => [
      ...(policy?.routes ?? []).flatMap(({ match }) => match.headers.flatMap(namesOfValueMatch)),
      ...(versionHeader === undefined ? [] : [versionHeader]),
    ]),
  );
}

/** Headers whose values the faults of a service match. */
export function headersOfFaults({ policy }: Service): readonly string[] {
  return sorted(policy.faults.flatMap(({ headers }) => headers.flatMap(namesOfValueMatch)));
}

/** Whether a header is there does not depend on how many lines it has. */
function namesOfValueMatch({ name, kind }: ValueMatch): readonly string[] {
  return kind === 'present' ? [] : [name];
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
