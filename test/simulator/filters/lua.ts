import { PREFIX_SCRIPT } from '../../../lib/core/envoy/security/forwarded-prefix';
import { LONG_HEADER_SCRIPTS } from '../../../lib/core/envoy/traffic/header-limits';
import { CLIENT_PATH_HEADER } from '../../../lib/core/model/edge-headers';
import { Message, Unknown } from '../message';
import type { HttpFilter } from './index';
import { configured } from './override';

/**
 * Of scripts that do something here, one is known: it takes the path that has come off the one that the client has called, and the rest is
 * the prefix.
 */
export const runScript: HttpFilter = (filter, override, { headers }) => {
  const config = configured(filter, override, filter.type);
  if (config === undefined) return undefined;
  const source = Message.of(config.config, config.at, { reads: ['default_source_code'] }).child('default_source_code', {
    reads: ['inline_string'],
  });
  // No header here is that long.
  if (Object.values<unknown>(LONG_HEADER_SCRIPTS).includes(source.raw('inline_string'))) return undefined;
  if (source.raw('inline_string') !== PREFIX_SCRIPT) throw new Unknown(source.at, 'another script');
  const values = headers.values(CLIENT_PATH_HEADER);
  const [whole = ''] = values;
  const path = headers.path.replace(/\?.*$/s, '');
  const fitting = [whole, `${whole}/`, whole.replace(/\/$/, '')].find((each) => each.endsWith(path));
  const prefix = values.length === 1 ? fitting?.slice(0, -path.length) : undefined;
  if (prefix !== undefined && /^\/[\w$.+!*'()/~-]+$/.test(prefix) && !/\/[/.]/.test(prefix)) headers.set('x-forwarded-prefix', prefix);
  return undefined;
};
