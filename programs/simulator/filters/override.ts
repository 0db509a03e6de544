import type { Extension } from '../message';
import { anyAt, Message, Unknown } from '../message';

type Override = { readonly value: unknown; readonly at: string } | undefined;

const FILTER_CONFIG = 'envoy.config.route.v3.FilterConfig';

/**
 * The configuration of a filter that counts for a request: that of its route, if that has one of the type, else its own;
 * undefined if the route turns the filter off.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_filters#route-specific-config
 */
export function configured(
  filter: Extension,
  override: Override,
  type: string,
): (Omit<Extension, 'name'> & { readonly ofRoute: boolean }) | undefined {
  if (override === undefined) return { ...filter, ofRoute: false };
  let own = anyAt(override.value, override.at);
  if (own.type === FILTER_CONFIG) {
    const wrapper = Message.of(own.config, own.at, { reads: ['config', 'disabled'] });
    if (wrapper.flag('disabled')) return undefined;
    // An empty one only switches on what is off.
    if (!wrapper.has('config') || isEmpty(wrapper.raw('config'))) return { ...filter, ofRoute: false };
    own = anyAt(wrapper.raw('config'), wrapper.place('config'));
  }
  if (own.type !== type) throw new Unknown(own.at, `a ${own.type} for the filter ${filter.type}`);
  return { ...own, ofRoute: true };
}

function isEmpty(config: unknown): boolean {
  return typeof config === 'object' && config !== null && Object.keys(config).length === 0;
}
