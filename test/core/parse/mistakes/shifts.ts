import { Opaque } from '../../../../lib/core/reading/input';
import { seconds, ui } from '../../../support/parsing';
import type { Raw } from '../../../support/parsing';
import type { Mistakes } from './mistake';

const versions = { v1: { weight: 90 }, v2: { weight: 10 } };
const shift = (more: Raw = {}, service: Raw = {}): Raw => ui({ versions, shift: { kind: 'linear', ...more }, ...service });

/** Weights that move by themselves. */
export const SHIFT_MISTAKES: Mistakes = {
  NO_EFFECT: [{ did: 'shifts weights without versions', props: ui({ shift: { kind: 'linear' } }), path: 'services.ui.shift' }],
  WRONG_TYPE: [{ did: 'writes a shift by hand', props: ui({ versions, shift: 'linear' }), path: 'services.ui.shift' }],
  UNSUPPORTED_BY_PROTOCOL: [
    {
      did: 'compares versions of a TCP service',
      props: shift({}, { protocol: 'tcp', virtualPort: 9000 }),
      path: 'services.ui.shift.comparison',
    },
  ],
  OUT_OF_RANGE: [
    {
      did: 'has weights that are no percents',
      props: shift({}, { versions: { v1: { weight: 1 }, v2: { weight: 2 } } }),
      path: 'services.ui.versions',
    },
    {
      did: 'has a route whose weights are no percents',
      props: shift({}, { routes: [{ name: 'a', match: { path: { kind: 'prefix', text: '/a/' } }, versions: { v2: 1 } }] }),
      path: 'services.ui.routes[0].versions',
    },
    { did: 'moves nothing in a step', props: shift({ step: 0 }), path: 'services.ui.shift.step' },
    { did: 'moves more than all at first', props: shift({ kind: 'canary', percent: 101 }), path: 'services.ui.shift.percent' },
    { did: 'has steps of half a minute', props: shift({ every: seconds(30) }), path: 'services.ui.shift.every' },
    { did: 'has steps of a minute and a half', props: shift({ every: seconds(90) }), path: 'services.ui.shift.every' },
    { did: 'watches for two days', props: shift({ kind: 'allAtOnce', watch: seconds(172_800) }), path: 'services.ui.shift.watch' },
    { did: 'compares after a request', props: shift({ comparison: { minRequests: 1 } }), path: 'services.ui.shift.comparison.minRequests' },
    {
      did: 'takes a version that is as fast for slow',
      props: shift({ comparison: { latencyFactor: 1 } }),
      path: 'services.ui.shift.comparison.latencyFactor',
    },
  ],
  MISSING: [
    { did: 'has nothing that takes a bad version back', props: shift({ comparison: { enabled: false } }), path: 'services.ui.shift' },
    {
      did: 'compares versions by metrics that a log driver sends elsewhere',
      props: { ...shift(), logs: { driver: new Opaque({ bind: () => undefined }) } },
      path: 'services.ui.shift',
    },
  ],
  UNKNOWN_PROPERTY: [{ did: 'says step size', props: shift({ stepSize: 5 }), path: 'services.ui.shift.stepSize' }],
};
