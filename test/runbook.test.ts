import { ALARM_IDS } from '../lib/cdk/observability/alarms';
import { SAVED_QUERIES } from '../lib/core/plan/observability/saved-queries';
import { RESPONSE_FLAGS } from '../programs/statistics/response-flags';
import { textOf } from './support/pages';
import { alarmsOfRunbook, flagsTried, rareFlags } from './support/runbook';

describe('the runbook', () => {
  test('explains each response flag of Envoy once', () => {
    expect([...flagsTried(), ...rareFlags()].sort()).toEqual([...RESPONSE_FLAGS].sort());
  });

  test('says of each alarm what to do', () => {
    expect(alarmsOfRunbook()).toEqual([...Object.values(ALARM_IDS), 'certificateAlarm']);
  });

  test('names each saved query, with what it answers', () => {
    const page = textOf('docs/runbook.md');
    for (const { title, answers } of SAVED_QUERIES) expect(page).toContain(`| \`${title}\` | ${answers}. |`);
  });
});
