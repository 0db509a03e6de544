import type { Mistakes } from './mistake';
import { mesh, service } from '../../../support/parsing';
import type { Raw } from '../../../support/parsing';

const nested = { kind: 'nestedStack' };
const grouped = (groups: unknown, group: unknown = 'payments', more: Raw = {}): Raw =>
  mesh({ ui: service(), orders: service({ group }) }, { groups, ...more });
const edge = (group: string): Raw => ({
  edge: { kind: 'http', authorizer: { kind: 'none' }, routes: { 'GET /': { service: 'ui' } }, group },
});

/** In which stacks services and edges stand. */
export const PLACEMENT_MISTAKES: Mistakes = {
  UNKNOWN_GROUP: [
    { did: 'misspells a group', props: grouped({ payments: nested }, 'payment', edge('payments')), path: 'services.orders.group' },
    { did: 'names a group, and has none', props: mesh({ orders: service({ group: 'payments' }) }), path: 'services.orders.group' },
    { did: 'misspells the group of an edge', props: grouped({ payments: nested }, 'payments', edge('paymets')), path: 'edge.group' },
  ],
  NO_EFFECT: [{ did: 'has a group that nothing is in', props: grouped({ payments: nested, letters: nested }), path: 'groups.letters' }],
  INVALID_NAME: [
    { did: 'gives a group a name with capitals', props: grouped({ paymentsTeam: nested }, 'paymentsTeam'), path: 'groups.paymentsTeam' },
    { did: 'gives a group a name with a space', props: grouped({ 'the team': nested }, 'the team'), path: 'groups["the team"]' },
    {
      did: 'gives a group too long a name',
      props: grouped({ ['x'.repeat(64)]: nested }, 'x'.repeat(64)),
      path: `groups.${'x'.repeat(64)}`,
    },
  ],
  MISSING: [
    { did: 'does not say where a group stands', props: grouped({ payments: undefined }), path: 'groups.payments' },
    {
      did: 'does not say where a group stands that nothing is in',
      props: grouped({ payments: nested, letters: undefined }),
      path: 'groups.letters',
    },
    { did: 'places a group in no stack', props: grouped({ payments: { kind: 'stack' } }), path: 'groups.payments.stack' },
  ],
  WRONG_TYPE: [
    { did: 'gives the name of a stack for a placement', props: grouped({ payments: 'PaymentsStack' }), path: 'groups.payments' },
    {
      did: 'gives the name of a stack for the stack',
      props: grouped({ payments: { kind: 'stack', stack: 'Payments' } }),
      path: 'groups.payments.stack',
    },
    { did: 'gives a list of groups', props: mesh({ ui: service() }, { groups: ['payments'] }), path: 'groups' },
    { did: 'gives a number for a group', props: mesh({ ui: service({ group: 1 }) }), path: 'services.ui.group' },
  ],
};
