import { mesh, service, topologyOf } from '../../../support/parsing';
import { namespace, zone } from '../mistakes/mistake';

test.each([
  ['whose name is the domain', { domain: 'shop.internal', zone: zone('shop.internal') }, 'shop.internal'],
  ['with a dot at the end and capitals, as DNS may write it', { domain: 'shop.internal', zone: zone('Shop.Internal.') }, 'shop.internal'],
  ['above the domain', { domain: 'shop.corp.internal', zone: zone('corp.internal') }, 'shop.corp.internal'],
  ['of one label above the domain', { domain: 'shop.corp', zone: zone('corp') }, 'shop.corp'],
  ['alone, whose name is then the domain', { zone: zone('payments.corp.internal') }, 'payments.corp.internal'],
  ['beside a namespace below it', { zone: zone('shop.internal'), namespace: namespace('tasks.shop.internal') }, 'shop.internal'],
  ['beside a namespace above it', { zone: zone('shop.internal'), namespace: namespace('internal') }, 'shop.internal'],
])('a zone %s is taken', (_, more, domain) => {
  const topology = topologyOf(mesh({ ui: service() }, more));
  expect(topology.domain).toBe(domain);
  expect(topology.services[0]?.virtualHost).toBe(`ui.${domain}`);
});
