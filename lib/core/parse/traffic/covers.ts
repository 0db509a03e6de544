import type { PathMatch, RouteMatch, ValueMatch } from '../../model/traffic-policy';

/**
 * Whether every request that the narrow match takes is taken by the wide one too, as far as that can be told by looking at
 * the two: what a regular expression matches is not asked.
 */
export function covers(wide: RouteMatch, narrow: RouteMatch): boolean {
  return (
    coversPath(wide.path, narrow.path) &&
    (wide.methods === undefined || narrow.methods?.every((method) => wide.methods?.includes(method)) === true) &&
    coversValues(wide.headers, narrow.headers) &&
    coversValues(wide.queryParameters, narrow.queryParameters)
  );
}

function coversPath(wide: PathMatch | undefined, narrow: PathMatch | undefined): boolean {
  if (wide === undefined) return true;
  if (wide.kind === 'prefix' && wide.text === '/') return true;
  if (narrow === undefined) return false;
  if (wide.kind === 'prefix') return narrow.kind !== 'regex' && narrow.text.startsWith(wide.text);
  return narrow.kind === wide.kind && narrow.text === wide.text;
}

/** Each condition of the wide match must follow from one of the narrow. */
function coversValues(wide: readonly ValueMatch[], narrow: readonly ValueMatch[]): boolean {
  return wide.every((condition) => narrow.some((other) => other.name === condition.name && follows(condition, other)));
}

/** Whether the condition holds wherever the other one does. */
function follows(condition: ValueMatch, other: ValueMatch): boolean {
  if (condition.invert !== other.invert)
    return condition.invert && condition.kind === 'exact' && other.kind === 'exact' && condition.text !== other.text;
  // What is not wider is less wide turned around.
  return condition.invert ? includes(other, condition) : includes(condition, other);
}

/** Whether all values of the other kind are of this one. */
function includes(wide: ValueMatch, narrow: ValueMatch): boolean {
  const { text = '', start = 0, end = 0 } = narrow;
  switch (wide.kind) {
    // A missing header is taken for an empty one, and a regular expression may match that.
    case 'present':
      return narrow.kind !== 'regex' || !narrow.invert;
    case 'prefix':
      return (narrow.kind === 'exact' || narrow.kind === 'prefix') && text.startsWith(wide.text ?? '');
    case 'suffix':
      return (narrow.kind === 'exact' || narrow.kind === 'suffix') && text.endsWith(wide.text ?? '');
    case 'range':
      return (
        (narrow.kind === 'range' && start >= (wide.start ?? 0) && end <= (wide.end ?? 0)) ||
        (narrow.kind === 'exact' &&
          /^-?(0|[1-9]\d{0,14})$/.test(text) &&
          Number(text) >= (wide.start ?? 0) &&
          Number(text) < (wide.end ?? 0))
      );
    default:
      return narrow.kind === wide.kind && narrow.text === wide.text;
  }
}
