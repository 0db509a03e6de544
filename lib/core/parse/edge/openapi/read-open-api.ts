import type { Reader } from '../../../reading/reader';
import { checkExtensions, DOCUMENT_FIELDS } from './document-fields';
import { DocumentPart } from './document-part';
import { NotCarried } from './not-carried';
import { readDocument } from './read-document';
import type { DocumentOperation, OperationContext } from './read-operations';
import { readOperations } from './read-operations';
import type { Dialect } from './to-draft-4';

const FIELDS = ['path', 'text', 'error', 'requestValidation'] as const;

/** What a document gives an edge. */
export interface ReadOpenApi {
  readonly operations: readonly DocumentOperation[];
  readonly document: DocumentPart;
  readonly notCarried: NotCarried;
}

/** What the edge says that the document relies on. */
export type OpenApiContext = Pick<OperationContext, 'named' | 'mutualTls' | 'basePaths'>;

/** Undefined after an issue, or where there is none. */
export function readOpenApi(at: Reader, context: OpenApiContext): ReadOpenApi | undefined {
  if (!at.checkFactory('OpenApiDocument', 'OpenApiDocument.fromFile() or OpenApiDocument.of()', fromFile(at.value))) return undefined;
  if (!at.checkFields(FIELDS, 'kind')) return undefined;
  const requestValidation = at.field('requestValidation').boolean() ?? true;
  const inline = at.field('kind').value !== 'file';
  const path = inline ? 'the document' : at.field('path').required('the path of a file', "such as 'api.yaml'").string();
  const error = at.field('error').string();
  if (path === undefined) return undefined;
  if (error !== undefined)
    return at.fail('OPEN_API', inline ? `the document is no JSON: ${error}` : `"${path}" cannot be read: ${error}`, {
      got: null,
      fix: inline
        ? 'write it as plain objects'
        : 'correct the path, which begins in the folder in which the app is synthesized, or write path.join(__dirname, …)',
    });
  const text = at.field('text').required('a document', "such as OpenApiDocument.fromFile('api.yaml')").string();
  if (text === undefined) return undefined;
  if (text.includes('${Token['))
    return at.fail('TOKEN', `${path} holds a CDK token, and must be known when the app is synthesized`, {
      got: null,
      fix: 'give literal values, not ones that CloudFormation resolves at deployment',
    });
  const root = readDocument(text, inline ? undefined : path, (place, message, fix) => {
    at.fail('OPEN_API', `${place}: ${message}`, { got: null, fix });
  });
  if (root === undefined) return undefined;
  const document = new DocumentPart(at, root, root, root.place);
  const dialect = dialectOf(document);
  if (dialect === undefined) return undefined;
  document.checkFields(DOCUMENT_FIELDS);
  const notCarried = new NotCarried();
  checkExtensions(document, notCarried);
  const webhooks = document.field('webhooks');
  if (!webhooks.absent) notCarried.add('open-api-callbacks', webhooks.place, 'webhooks');
  const operations = readOperations({ ...context, document, dialect, requestValidation, notCarried });
  return { operations, document, notCarried };
}

function fromFile(value: unknown): string | undefined {
  return typeof value === 'string' ? `write OpenApiDocument.fromFile(${JSON.stringify(value)})` : undefined;
}

const VERSIONS = 'OpenAPI 3.0 and 3.1';

function dialectOf(document: DocumentPart): Dialect | undefined {
  if (document.node?.kind !== 'map') return document.fail('is no OpenAPI document', { fix: 'write openapi, info and paths' });
  if (!document.field('swagger').absent)
    return document.field('swagger').fail('is an older format than OpenAPI 3', {
      allowed: VERSIONS,
      fix: 'convert the document, as "npx swagger2openapi" and editor.swagger.io do',
    });
  const version = document.field('openapi');
  if (version.absent) return document.fail('says no version of OpenAPI', { allowed: VERSIONS, fix: 'write openapi: "3.1.0"' });
  const text = version.text();
  if (text === undefined) return undefined;
  const [, dialect] = /^(3\.[01])\.\d/.exec(text) ?? [];
  if (dialect === '3.0' || dialect === '3.1') return dialect;
  return version.fail('is no version that edges read', { allowed: VERSIONS, fix: 'write the document in one of them' });
}
