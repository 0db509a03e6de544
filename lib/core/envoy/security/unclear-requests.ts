import { HEALTH_CHECKER } from '../traffic/liveness-checks';
import type { HttpPredicate } from '../syntax/matcher';
import { headerFits, headerIs, not } from '../syntax/matcher';
import { AMBIGUOUS_PATH_AND_QUERY, PRINTABLE } from '../syntax/paths';

/**
 * Requests of clients outside of the mesh that are refused: with a path that somebody in front may have read as another one than the
 * application will, or in the name of a health check of the mesh. One of these holds.
 */
export function unclearRequests(): readonly HttpPredicate[] {
  return [headerFits(':path', AMBIGUOUS_PATH_AND_QUERY), not(headerFits(':path', PRINTABLE)), headerIs('user-agent', HEALTH_CHECKER)];
}
