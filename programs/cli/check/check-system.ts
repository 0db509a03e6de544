import type { SystemDescription } from '../../../lib/core/description/system-description';
import { checkAccess } from './check-access';
import { checkFailure } from './check-failure';
import { checkFargate, checkLimits } from './check-limits';
import { checkTimeouts } from './check-timeouts';
import type { Finding, Severity } from './finding';

const ORDER: readonly Severity[] = ['error', 'warning', 'note'];

/**
 * All that there is to say of a system, the worst first.
 *
 * @param zones Availability Zones of its tasks; undefined: templates do not tell
 */
export function checkSystem(system: SystemDescription, zones: number | undefined): readonly Finding[] {
  const findings = [
    ...checkFargate(system),
    ...checkLimits(system),
    ...checkFailure(system, zones),
    ...checkTimeouts(system),
    ...checkAccess(system),
    ...ofSynthesis(system),
  ];
  return findings.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

/** Of which findings of this command say the same, with more numbers. */
const SAID_ABOVE = new Set(['fargate-vcpus']);

/** Notes: who has acknowledged them is not in the description, and synthesis prints the others as warnings. */
function ofSynthesis({ warnings }: SystemDescription): readonly Finding[] {
  return warnings
    .filter(({ id }) => !SAID_ABOVE.has(id))
    .map(({ id, path, message }) => ({
      ...{ code: 'synthesis', severity: 'note', where: path === '' ? 'the system' : path },
      what: message.replace(/\.$/, ''),
      why: `synthesis warns of it, too, unless that is acknowledged (${id})`,
      fix: `see ${id} in docs/errors.md`,
    }));
}
