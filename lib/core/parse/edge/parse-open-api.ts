import { KINDS } from '../../edges/kinds';
import { checkSupport } from '../../edges/check-support';
import type { DraftRoute } from '../../edges/kind';
import { defined } from '../../defined';
import { suggest, Reader } from '../../reading/reader';
import type { Issue } from '../../reading/issues';
import { IssueList } from '../../reading/issues';
import type { Warning } from '../../reading/warnings';
import type { EdgeAuthorizer } from '../../model/topology';
import { placeText } from './openapi/document-part';
import { readOpenApi } from './openapi/read-open-api';
import type { DocumentOperation } from './openapi/read-operations';
import type { EdgeContext, Fallback } from './parse-route';
import { parseRoute } from './parse-route';

export interface ParsedOpenApi {
  readonly drafts: readonly DraftRoute[];
  /** Of what the document says, and an edge does not do. */
  readonly warnings: readonly Warning[];
}

/** The routes that a document of OpenAPI says: each operation is read as if it stood in `routes`, and complained of where it stands. */
export function parseOpenApi(edgeAt: Reader, stageName: string, context: EdgeContext): ParsedOpenApi {
  const at = edgeAt.field('openApi');
  const schemesAt = edgeAt.field('securitySchemes');
  if (at.absent) {
    if (!schemesAt.absent) schemesAt.fail('NO_EFFECT', 'there is no document that names them', { fix: 'remove it, or set openApi' });
    return { drafts: [], warnings: [] };
  }
  const schemes = new Map(schemesAt.entries().map(([name, each]) => [name, readScheme(name, each, context)]));
  const domain = edgeAt.field('domain');
  const basePath = domain.field('basePath').value;
  const found = readOpenApi(at, {
    named: [...schemes.keys()],
    mutualTls: !domain.field('mutualTls').absent,
    basePaths: ['', `/${stageName}`, ...(typeof basePath === 'string' ? [basePath.replace(/\/$/, '')] : [])],
  });
  if (found === undefined) return { drafts: [], warnings: [] };
  const { operations, document, notCarried } = found;
  const declared = document.field('components').field('securitySchemes').entries('an object of schemes');
  for (const [name, each] of schemesAt.entries())
    if (!declared.some(([other]) => other === name))
      each.fail('UNKNOWN_PROPERTY', `components.securitySchemes of the document has no "${name}"`, {
        got: null,
        ...suggest(
          name,
          declared.map(([other]) => other),
        ),
      });
  const validates = checkValidation(operations, at, context);
  const drafts = operations.flatMap((operation) => {
    const route = { ...operation, ...(validates ? {} : { validation: undefined }) };
    return parseOperation(at, route, schemes, context) ?? [];
  });
  return { drafts, warnings: notCarried.warnings(at.path) };
}

function readScheme(name: string, at: Reader, { authorizers }: EdgeContext): EdgeAuthorizer | undefined {
  at.required('an authorizer', 'remove the entry, or use a factory of Authorizer');
  const authorizer = authorizers.read(at);
  if (authorizer?.kind !== 'none') return authorizer;
  return at.fail('CONFLICT', `operations that ask for "${name}" would be public`, { fix: 'write security: [] at those that are' });
}

/** One issue for all operations. */
function checkValidation(operations: readonly DocumentOperation[], at: Reader, { kind }: EdgeContext): boolean {
  const [first] = operations.filter(({ validation }) => validation !== undefined);
  if (first === undefined || kind.capabilities.validation === true) return true;
  const issues = new PlacedIssues(at, () => placeText(first.placeOf('validation.'), first.at.subject));
  issues.fix = 'set requestValidation: false of OpenApiDocument, so that services check what requests must have, or use Edge.restApi()';
  return checkSupport(new Reader(issues, at.path, undefined, at.places), 'validation', kind, KINDS);
}

function parseOperation(
  at: Reader,
  operation: DocumentOperation,
  schemes: ReadonlyMap<string, EdgeAuthorizer | undefined>,
  context: EdgeContext,
): DraftRoute | undefined {
  const { key, service, security, validation, placeOf } = operation;
  const { subject } = operation.at;
  const fallback = fallbackOf(at, operation, schemes, context);
  const raw = {
    // Its absence has an issue already.
    service: service ?? '',
    ...defined({ validation }),
    ...(security?.kind === 'scheme' && security.scopes.length > 0 ? { scopes: security.scopes } : {}),
    ...(security !== undefined && security.kind !== 'unsaid' && security.key ? { apiKeyRequired: true } : {}),
  };
  const issues = new PlacedIssues(at, (path) => placeText(placeOf(path), subject));
  const known = service === undefined ? new IssueList() : issues;
  const draft = parseRoute(key, new Reader(known, '', raw, at.places), { ...context, fallback });
  if (draft === undefined || service === undefined || security === undefined) return undefined;
  return { ...draft, at: new Reader(issues, '', undefined, at.places), source: `"${key}" (${operation.at.place})` };
}

/** What decides about who may call: nothing is public unless the document or the edge says so. */
function fallbackOf(
  at: Reader,
  { security, at: operation }: DocumentOperation,
  schemes: ReadonlyMap<string, EdgeAuthorizer | undefined>,
  { fallback, authorizers }: EdgeContext,
): Fallback {
  if (security?.kind === 'scheme') return { given: true, authorizer: schemes.get(security.name) };
  if (security?.kind === 'public') {
    const authorizer = authorizers.read(new Reader(at.issues, at.path, { kind: 'none' }, at.places));
    return { given: true, authorizer };
  }
  if (security?.kind === 'unsaid' && !fallback.given)
    operation.fail('neither the document nor the edge says who may call this', {
      code: 'NO_AUTHORIZER',
      allowed: authorizers.allowed,
      fix: 'write security of the operation or of the document, or set authorizer of the edge; security: [] makes it public',
    });
  return { ...fallback, given: true };
}

/** Issues of what stands in the document: at the prop that names it, with the place in the file. */
class PlacedIssues extends IssueList {
  /** In place of what issues say themselves. */
  fix: string | undefined;

  constructor(
    private readonly at: Reader,
    private readonly placeOf: (path: string) => string,
  ) {
    super();
  }

  override add(issue: Issue): void {
    const message = `${this.placeOf(issue.path)}${issue.message}`;
    this.at.issues.add({ ...issue, ...defined({ fix: this.fix }), path: this.at.path, message });
  }
}
