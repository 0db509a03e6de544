import { mistakes } from '../../reading/closeness';

/** A host that cannot be meant but as a service's: a habit of other systems, or a misspelt domain. */
export interface MistakenHost {
  /** As it was written, with its port. */
  readonly text: string;
  readonly scheme: string | undefined;
  readonly name: string;
  readonly port: string | undefined;
  /** Whether the name finds the tasks themselves, and not the service. */
  readonly ofTasks: boolean;
}

export interface KnownHosts {
  /** The ports of each service that has a virtual name: of the service, and of its application. */
  readonly portsOf: ReadonlyMap<string, readonly number[]>;
  /** Which service's tasks register under a name. */
  readonly registered: ReadonlyMap<string, string>;
  readonly domain: string;
  readonly discoveryDomain: string;
}

/** What stands between the addresses of one text: spaces, commas, quotes and brackets of JSON, and what a query or a setting assigns. */
const BETWEEN = /[\s,;"'`<>()[\]{}|=]+/;
/** A URL, the target of a gRPC client such as `dns:///books:15080`, or a host alone. */
const ADDRESS =
  /^(?:jdbc:)?(?:([a-z][a-z0-9+.-]*):\/{2,3}(?:[^\s/@]*@)?)?(([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)*)\.?(?::(\d+))?)(?=[/?#]|$)/i;
/** Longer texts between two separators hold no address. */
const MAX_ADDRESS = 2048;
/** Whose host is one to connect to, whatever the port. In others, such as `s3://books`, a name may be that of something else. */
const WEB_SCHEMES: readonly string[] = ['http', 'https', 'ws', 'wss', 'grpc', 'grpcs', 'dns'];
/** Domains that nobody can register: an address in one can only be of the user's own network. */
const PRIVATE_DOMAINS: readonly string[] = ['internal', 'local', 'localdomain', 'lan', 'private'];
/** Where Kubernetes has its services; nothing on Amazon ECS does. */
const KUBERNETES = /^(?:[a-z0-9-]+\.)?svc(?:\.cluster\.local)?$/;

export function mistakenHosts(text: string, known: KnownHosts): readonly MistakenHost[] {
  return text.split(BETWEEN).flatMap((part): readonly MistakenHost[] => {
    const match = part.length > MAX_ADDRESS ? null : ADDRESS.exec(part);
    if (match === null) return [];
    const [, scheme, written = '', host = '', port] = match;
    const [first = '', ...labels] = host.toLowerCase().split('.');
    const rest = labels.join('.');
    const found = { text: written, scheme: scheme?.toLowerCase(), port };
    if (rest === known.discoveryDomain) {
      const name = known.registered.get(first);
      return name === undefined ? [] : [{ ...found, name, ofTasks: true }];
    }
    const ports = known.portsOf.get(first);
    if (ports === undefined || rest === known.domain) return [];
    const itsPort = port !== undefined && ports.includes(Number(port));
    const meant = rest === '' ? itsPort || WEB_SCHEMES.includes(found.scheme ?? '') : isMistakenDomain(rest, known.domain, itsPort);
    return meant ? [{ ...found, name: first, ofTasks: false }] : [];
  });
}

/** With less, the host may be somebody else's, such as `books.example.com`. */
function isMistakenDomain(rest: string, domain: string, itsPort: boolean): boolean {
  if (KUBERNETES.test(rest)) return true;
  // As `service.namespace` of Kubernetes: what is the first part of a domain here may be a top-level domain elsewhere.
  if (domain.startsWith(`${rest}.`)) return itsPort;
  const [got, want] = [rest.split('.'), domain.split('.')];
  const wrong = got.flatMap((label, at) => (label === want[at] ? [] : [{ label, wanted: want[at] ?? '', last: at === want.length - 1 }]));
  const [only] = wrong;
  if (got.length !== want.length || only === undefined || wrong.length > 1) return false;
  if (!only.last) return isTypo(only.label, only.wanted);
  return PRIVATE_DOMAINS.includes(only.wanted) && (PRIVATE_DOMAINS.includes(only.label) || isTypo(only.label, only.wanted));
}

/** One letter, in a word: `staging1` and `staging2`, or `eu` and `us`, are two systems. */
function isTypo(got: string, wanted: string): boolean {
  return wanted.length >= 4 && got.replace(/\D/g, '') === wanted.replace(/\D/g, '') && mistakes(got, wanted) === 1;
}
