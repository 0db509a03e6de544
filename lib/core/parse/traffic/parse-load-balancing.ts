import { displayValue } from '../../reading/input';
import type { ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import type { HashKey, LoadBalancing } from '../../model/traffic-policy';
import { defined } from '../../defined';

const FACTORIES = 'LoadBalancing.leastRequest(), LoadBalancing.roundRobin() or LoadBalancing.ringHash()';

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens, of which names of headers and cookies are made. */
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/;

/** `loadBalancing` of a called service, or of what a caller overrides; undefined if it says nothing. */
export function parseLoadBalancing(at: Reader, protocol: ProtocolId): LoadBalancing | undefined {
  if (!at.checkFactory('LoadBalancing', FACTORIES)) return undefined;
  const ring = at.field('algorithm').value === 'ringHash';
  if (!at.checkFields(ring ? ['hashOn'] : ['slowStart'], 'algorithm')) return undefined;
  const algorithm = at
    .field('algorithm')
    .required('the algorithm', `use ${FACTORIES}`)
    .oneOf(['leastRequest', 'roundRobin', 'ringHash'], 'a LoadBalancing', FACTORIES.split(/, | or /));
  if (algorithm === undefined) return undefined;
  if (algorithm !== 'ringHash') {
    const slowStartSeconds = at.field('slowStart').seconds({ min: 1, max: 900 });
    return { algorithm, ...defined({ slowStartSeconds }) };
  }
  if (protocol === 'tcp')
    return at.fail(
      'UNSUPPORTED_BY_PROTOCOL',
      'the connections of a TCP service have nothing to hash, so all of them would go to one task',
      {
        got: null,
        fix: 'use LoadBalancing.leastRequest() or LoadBalancing.roundRobin()',
      },
    );
  const hashOn = parseHashKey(at.field('hashOn').required('what to hash', "such as HashOn.header('x-user')"));
  return hashOn === undefined ? undefined : { algorithm, hashOn };
}

function parseHashKey(at: Reader): HashKey | undefined {
  if (!at.checkFactory('HashOn', 'HashOn.header(), HashOn.cookie() or HashOn.source()')) return undefined;
  const kind = at
    .field('kind')
    .required('the kind of HashOn', 'use HashOn.header(), HashOn.cookie() or HashOn.source()')
    .oneOf(['header', 'cookie', 'source'], 'a HashOn', ['HashOn.header()', 'HashOn.cookie()', 'HashOn.source()']);
  const known = { header: ['name'], cookie: ['name', 'ttl'], source: [] };
  if (kind === undefined || !at.checkFields(known[kind], 'kind')) return undefined;
  if (kind === 'source') return { kind };
  const name = parseName(at.field('name').required(`the name of the ${kind}`, `such as HashOn.${kind}('x-user')`), kind);
  const ttlSeconds = at.field('ttl').seconds({ min: 0, max: 31_536_000 });
  if (name === undefined) return undefined;
  if (kind === 'header') return { kind, name: name.toLowerCase() };
  return { kind, name, ...defined({ ttlSeconds }) };
}

function parseName(at: Reader, kind: string): string | undefined {
  const name = at.string();
  if (name === undefined || TOKEN.test(name)) return name;
  return at.fail('INVALID_NAME', `${displayValue(name)} cannot be the name of a ${kind}`, {
    got: null,
    allowed: 'letters, digits and "-", "_", "." and such, at most 128, no spaces and no colon',
  });
}
