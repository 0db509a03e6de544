import { GATEWAY_NAME, LOAD_BALANCER_NAME } from '../../model/constants';
import { CLIENT_GATEWAY_NAME } from '../../model/clients';
import { displayValue } from '../../reading/input';
import type { AllowRule, AllowedPath, ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { STRINGS, suggest } from '../../reading/reader';
import { defined } from '../../defined';

/** A rule as far as it can be read without knowing who calls. */
export interface DraftRule extends Omit<AllowRule, 'callers' | 'everyService' | 'loadBalancer'> {
  readonly callersAt: Reader;
  readonly callers?: readonly { readonly at: Reader; readonly name: string }[];
}

const A_RULE = "an object, such as { callers: ['checkout'], methods: ['POST'], paths: ['/orders'] }";

export function parseAllow(at: Reader, protocol: ProtocolId): readonly DraftRule[] | undefined {
  if (at.absent) return undefined;
  const items = at.items('a list of rules');
  if (Array.isArray(at.value) && items.length === 0)
    at.fail('MISSING', 'no rule would allow anybody', { fix: 'leave allow out, or remove the service from the calls of others' });
  return items.flatMap((item) => {
    item.required(A_RULE, 'remove the entry, or write a rule');
    return item.checkFields(['callers', 'methods', 'paths']) ? [parseRule(item, protocol)] : [];
  });
}

function parseRule(at: Reader, protocol: ProtocolId): DraftRule {
  const callers = parseList(at.field('callers'), 'a caller', (name, item) => ({ at: item, name }));
  const methods = parseMethods(at.field('methods'), protocol);
  const paths = parsePaths(at.field('paths'), protocol);
  return { callersAt: at.field('callers'), ...defined({ callers, methods, paths }) };
}

/** What is said of a list of a rule, and of other things that name requests. */
export interface ListWords {
  readonly empty: string;
  readonly emptyFix: string;
  /** What to do about methods of gRPC. */
  readonly grpcMethod: string;
}

const RULE: ListWords = {
  empty: 'an empty list allows nobody',
  emptyFix: 'leave it out to allow all, or remove the rule',
  grpcMethod: "name it in paths, such as '/shop.Orders/Place'",
};

/** An empty list would read as "none" and as "all": it is refused. */
export function parseList<T>(
  at: Reader,
  what: string,
  parse: (text: string, item: Reader) => T | undefined,
  words = RULE,
): readonly T[] | undefined {
  if (at.absent) return undefined;
  const items = at.items(STRINGS);
  if (Array.isArray(at.value) && items.length === 0) at.fail('MISSING', words.empty, { fix: words.emptyFix });
  return items.flatMap((item) => {
    const text = item.required(what, `remove the entry, or give ${what}`).string();
    return (text === undefined ? undefined : parse(text, item)) ?? [];
  });
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-methods; in upper case, since methods are case-sensitive. */
export function parseMethods(at: Reader, protocol: ProtocolId, words = RULE): readonly string[] | undefined {
  if (!at.absent && (protocol === 'tcp' || protocol === 'grpc')) {
    return at.fail(
      'UNSUPPORTED_BY_PROTOCOL',
      protocol === 'tcp' ? 'a TCP service has no requests' : 'a gRPC call is always a POST; its method is the path',
      { fix: protocol === 'tcp' ? 'remove methods' : words.grpcMethod },
    );
  }
  const methods = parseList(
    at,
    'a method',
    (text, item) => {
      if (/^[A-Z]+(-[A-Z]+)*$/.test(text)) return text;
      return item.fail<string>('INVALID_FORMAT', `${displayValue(text)} is not an HTTP method`, {
        got: null,
        allowed: 'a method in upper case, such as GET',
        ...(/^[a-z]+$/i.test(text) ? { fix: `write '${text.toUpperCase()}'` } : {}),
      });
    },
    words,
  );
  return methods === undefined ? undefined : [...new Set(methods)].sort();
}

/** What may stand in a path as it is. https://www.rfc-editor.org/rfc/rfc3986#section-3.3 */
export const PATH = /^(\/|(\/[A-Za-z0-9._~!$&'()+,;=:@-]+)+\/?|(\/[A-Za-z0-9._~!$&'()+,;=:@-]+)*\/\*)$/;
const GRPC_PATH = /^\/([A-Za-z0-9_.]+\/([A-Za-z0-9_]+|\*)|\*)$/;

export function parsePaths(at: Reader, protocol: ProtocolId, words = RULE): readonly AllowedPath[] | undefined {
  if (!at.absent && protocol === 'tcp') return at.fail('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has no requests', { fix: 'remove paths' });
  const paths = parseList(
    at,
    'a path',
    (text, item) => {
      const grpc = protocol === 'grpc';
      if ((grpc ? GRPC_PATH : PATH).test(text) && !/\/\.{1,2}(;|\/|$)/.test(text)) return text;
      return item.fail<string>('INVALID_FORMAT', `${displayValue(text)} is not a path that a rule can name`, {
        got: null,
        allowed: grpc
          ? "'/package.Service/Method' or '/package.Service/*'"
          : "a path without query string, dot segments or escapes, such as '/orders/7', or '/orders/*' for all below",
        ...(/^[A-Za-z0-9]/.test(text)
          ? { fix: `write '/${text}'` }
          : text.includes('{')
            ? { fix: 'a rule has no parameters: end it with /*' }
            : {}),
      });
    },
    words,
  );
  return paths === undefined ? undefined : [...new Set(paths)].sort().map(allowedPath);
}

function allowedPath(text: string): AllowedPath {
  return text.endsWith('/*') ? { kind: 'prefix', text: text.slice(0, -1) } : { kind: 'exact', text };
}

/** Who may be named as a caller of a service. */
export interface Nameable {
  /** Those that list the service, gateways that route to it, and its load balancers. */
  readonly callers: readonly string[];
  /** Clients that call it. Rules alone name them: what else its Envoy does, it does for all clients that come by the client gateway. */
  readonly clients: readonly string[];
  /** Whether load balancers are among the callers. */
  readonly loadBalancer: boolean;
  /** All gateways. */
  readonly gateways: readonly string[];
  /** Gateways of edges that have issues of their own: where their routes lead is not known. */
  readonly unknownGateways: readonly string[];
  /** Whether all services may be named at once. */
  readonly everyService?: true;
}

export function connectRules(rules: readonly DraftRule[], nameable: Nameable, authenticated: boolean): readonly AllowRule[] {
  return rules.map(({ callersAt, callers: named, ...rule }) => {
    const known = { ...nameable, callers: [...nameable.callers, ...nameable.clients], everyService: true } as const;
    if (named === undefined || !checkCallers({ at: callersAt, named }, known, authenticated)) return rule;
    checkEveryService(
      callersAt,
      named.map(({ name }) => name),
    );
    const { callers, ...apartFromThem } = apart({ ...rule, callers: [...new Set(named.map(({ name }) => name))].sort() }, nameable);
    return callers.includes(EVERY_SERVICE) ? { ...apartFromThem, everyService: true } : { ...apartFromThem, callers };
  });
}

/** Whoever has an identity of the mesh: no service has such a name. */
const EVERY_SERVICE = '*';

function checkEveryService(at: Reader, names: readonly string[]): void {
  const others = names.filter((name) => name !== EVERY_SERVICE && name !== LOAD_BALANCER_NAME);
  if (names.includes(EVERY_SERVICE) && others.length > 0)
    at.fail('CONFLICT', `"${EVERY_SERVICE}" is every service, also those that are named beside it`, {
      got: displayValue(others[0]),
      fix: `write callers: ['${EVERY_SERVICE}'], or name callers alone`,
    });
}

/** Load balancers stand apart from callers with an identity. Until then, they have a name like any other. */
export function apart<T extends { readonly callers?: readonly string[] }>(
  filter: T,
  { loadBalancer }: Pick<Nameable, 'loadBalancer'>,
): T & { readonly loadBalancer?: true } {
  if (!loadBalancer || filter.callers?.includes(LOAD_BALANCER_NAME) !== true) return filter;
  return { ...filter, callers: filter.callers.filter((name) => name !== LOAD_BALANCER_NAME), loadBalancer: true };
}

/** A list of callers that the user named, before the services are connected. */
export interface NamedCallers {
  readonly at: Reader;
  readonly named: readonly { readonly at: Reader; readonly name: string }[];
}

/** Whether anybody knows who calls; each of those that are named must be one of the callers. */
export function checkCallers({ at, named }: NamedCallers, nameable: Nameable, authenticated: boolean): boolean {
  const isCaller = ({ name }: { readonly name: string }): boolean => !nameable.loadBalancer || name !== LOAD_BALANCER_NAME;
  if (!authenticated && (named.length === 0 || named.some(isCaller))) {
    at.fail('CONFLICT', 'without certificates callers are not authenticated', {
      got: null,
      fix: named.every(isCaller)
        ? 'remove callers, or use Certificates.kms()'
        : `name "${LOAD_BALANCER_NAME}" alone, or use Certificates.kms()`,
    });
    return false;
  }
  const { callers, unknownGateways, everyService } = nameable;
  const known = [...callers, ...unknownGateways, ...(everyService === true ? [EVERY_SERVICE] : [])];
  for (const { at: one, name } of named) if (!known.includes(name)) unknownCaller(one, name, nameable);
  return true;
}

function unknownCaller(at: Reader, name: string, { callers, clients, gateways }: Nameable): void {
  if (clients.includes(name))
    return void at.fail(
      'UNDECLARED_CALL',
      `"${name}" calls through the client gateway: the Envoy of the service cannot tell clients apart`,
      {
        fix: `name "${CLIENT_GATEWAY_NAME}", which is all clients, or use allow, which the client gateway enforces`,
      },
    );
  const reason =
    name === GATEWAY_NAME || gateways.includes(name)
      ? 'no route of its edge leads to this service'
      : `${displayValue(name)} does not list this service in calls`;
  if (name === LOAD_BALANCER_NAME)
    return void at.fail('UNDECLARED_CALL', 'no load balancer may lead to this service', {
      fix: 'set loadBalancerTarget of the service, or remove the entry',
    });
  at.fail('UNDECLARED_CALL', reason, callers.length === 0 ? { fix: 'remove it: nobody calls this service' } : suggest(name, callers));
}
