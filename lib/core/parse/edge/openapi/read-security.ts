import { suggest } from '../../../reading/reader';
import type { DocumentPart } from './document-part';

/** Who may call an operation. */
export type DocumentSecurity =
  /** Nothing is said: the edge decides. */
  | { readonly kind: 'unsaid' }
  /** In writing. */
  | { readonly kind: 'public'; readonly key: boolean }
  | {
      readonly kind: 'scheme';
      readonly name: string;
      readonly place: string;
      /** Of which a token needs one. */
      readonly scopes: readonly string[];
      /** Whether an API key is needed, too. */
      readonly key: boolean;
    };

/** What of the edge says who may call. */
export interface SecurityContext {
  readonly document: DocumentPart;
  /** Of `securitySchemes` of the edge. */
  readonly named: readonly string[];
  /** Whether its domain asks for certificates. */
  readonly mutualTls: boolean;
}

/** One way in. */
interface Alternative {
  readonly at: DocumentPart;
  readonly schemes: readonly { readonly name: string; readonly at: DocumentPart; readonly scopes: readonly string[] }[];
  readonly key: boolean;
  readonly certificate: boolean;
}

/** Undefined after an issue. */
export function readSecurity(operation: DocumentPart, context: SecurityContext): DocumentSecurity | undefined {
  const own = operation.field('security');
  const at = own.absent ? about(context.document.field('security'), operation) : own;
  if (at.absent) return { kind: 'unsaid' };
  if (at.node?.kind !== 'list') return at.fail('must be a list of what is needed', { fix: 'write security: [ … ]; [] makes it public' });
  const read = at.items('a list').map((item) => readAlternative(item, context));
  const alternatives = read.flatMap((each) => each ?? []);
  if (alternatives.length < read.length) return undefined;
  const [first] = alternatives;
  if (first === undefined) return { kind: 'public', key: false };
  return oneOf(at, first, alternatives);
}

function about(part: DocumentPart, { subject }: DocumentPart): DocumentPart {
  return subject === undefined ? part : part.about(subject);
}

/** What all alternatives have in common, as far as API Gateway can ask for it. */
function oneOf(at: DocumentPart, first: Alternative, all: readonly Alternative[]): DocumentSecurity | undefined {
  const { key } = first;
  const names = all.map(({ schemes: [scheme] }) => scheme?.name);
  if (new Set(names).size > 1 || all.some((each) => each.key !== key))
    return at.fail('API Gateway asks for the same of every request to a route, and not for one of several things', {
      fix: 'keep one of them, or write a Lambda authorizer that takes both',
    });
  const [scheme] = first.schemes;
  if (scheme === undefined && key && !all.every(({ certificate }) => certificate))
    return at.fail('asks for an API key and for nothing else', {
      code: 'NO_AUTHORIZER',
      fix: 'name the scheme in securitySchemes of the edge, as Authorizer.apiKey(), if the key is enough; or add another scheme beside it',
    });
  if (scheme === undefined) return { kind: 'public', key };
  const scopes = all.map(({ schemes }) => schemes[0]?.scopes ?? []);
  const several = all.find(({ schemes }) => (schemes[0]?.scopes.length ?? 0) > 1);
  if (several !== undefined)
    return several.at.fail('API Gateway asks for one of several scopes, and OpenAPI for all of a list', {
      fix: 'keep one, or write each in a requirement of its own, of which one is enough',
    });
  // Without scopes, any token will do.
  const wanted = scopes.some((each) => each.length === 0) ? [] : [...new Set(scopes.flat())];
  return { kind: 'scheme', name: scheme.name, place: scheme.at.place, scopes: wanted, key };
}

function readAlternative(at: DocumentPart, context: SecurityContext): Alternative | undefined {
  if (at.node?.kind !== 'map') return at.fail('must be an object of schemes', { fix: 'write bearerAuth: [], with the name of a scheme' });
  const read = [...at.node.entries.keys()].map((name) => readScheme(name, at.field(name), context));
  const known = read.flatMap((each) => each ?? []);
  if (known.length < read.length) return undefined;
  const schemes = known.flatMap((each) => ('scopes' in each ? each : []));
  if (schemes.length > 1)
    return at.fail('API Gateway asks one authorizer for each route, and not several', {
      value: schemes.map(({ name }) => name).join(' and '),
      fix: 'keep one of them, or write a Lambda authorizer that looks at both',
    });
  const [key, certificate] = [known.some((each) => 'key' in each), known.some((each) => 'certificate' in each)];
  return { at, schemes, key, certificate };
}

type Scheme = Alternative['schemes'][number] | { readonly key: true } | { readonly certificate: true };

function readScheme(name: string, at: DocumentPart, { document, named, mutualTls }: SecurityContext): Scheme | undefined {
  const all = document.field('components').field('securitySchemes');
  const declared = all.field(name);
  if (declared.absent) {
    const names = all.node?.kind === 'map' ? [...all.node.entries.keys()] : [];
    return at.fail(`there is no "${name}" in components.securitySchemes`, { value: JSON.stringify(name), ...suggest(name, names) });
  }
  const scheme = declared.resolved();
  if (scheme === undefined) return undefined;
  const scopes = at.items('a list of scopes').map((item) => item.text());
  if (scopes.includes(undefined)) return undefined;
  if (named.includes(name)) return { name, at, scopes: scopes.flatMap((scope) => scope ?? []) };
  const { type, in: place, name: field } = textsOf(scheme, ['type', 'in', 'name']);
  if (type === 'mutualTLS') {
    if (mutualTls) return { certificate: true };
    return at.fail(`"${name}" asks for certificates of clients, and the edge does not`, { fix: 'set mutualTls of its domain' });
  }
  // Alone it would be an authorizer, which the edge must name.
  if (type === 'apiKey' && place === 'header' && field?.toLowerCase() === 'x-api-key') return { key: true };
  return at.fail(`no authorizer is given for "${name}"`, {
    code: 'NO_AUTHORIZER',
    value: JSON.stringify(name),
    fix: `name it beside openApi: securitySchemes: { ${/^[\w$]+$/.test(name) ? name : JSON.stringify(name)}: Authorizer.jwt({ … }) }`,
  });
}

function textsOf<Name extends string>(part: DocumentPart, names: readonly Name[]): Readonly<Partial<Record<Name, string>>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const { node } = part.field(name);
      return node?.kind === 'scalar' && typeof node.value === 'string' ? [[name, node.value]] : [];
    }),
  ) as Partial<Record<Name, string>>;
}
