import type { AggregatedPart, JsonTemplate, Reference, TextPiece } from '../../../lib/core/contract/aggregation';
import { fail } from '../failure';
import type { Json } from '../json/slices';
import { isOfClient, jsonOf, missing, nameOf, segmentsOf, type Sources } from './values';

/** What a part asks its service for. */
export interface Request {
  /** With the query. */
  readonly path: string;
  readonly body?: Buffer;
}

/** Fails if a value is missing, or cannot stand where it is to stand: it never becomes a text such as "null". */
export function putTogether({ path, query, body }: AggregatedPart, sources: Sources): Request {
  const parameters = Object.entries(query).flatMap(([name, pieces]) => {
    const text = queryText(pieces, sources);
    return text === undefined ? [] : [`${encodeURIComponent(name)}=${text}`];
  });
  return {
    path: `${pathText(path, sources)}${parameters.length === 0 ? '' : `?${parameters.join('&')}`}`,
    ...(body === undefined ? {} : { body: filled(body, sources) }),
  };
}

function pathText(pieces: readonly TextPiece[], sources: Sources): string {
  const path = pieces
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      const segments = segmentsOf(piece, sources) ?? missing(piece);
      return segments.map((segment) => (segment === '' ? unfit(piece) : encoded(segment, piece))).join('/');
    })
    .join('');
  const references = pieces.filter((piece) => typeof piece !== 'string');
  // What would lead elsewhere, whoever reads it: `..` above the path, nothing to a list in place of one thing.
  if (references.length > 0 && path.split('/').some(leadsElsewhere)) unfit(...references);
  return path;
}

const CONTROLS = /[\u0000-\u001f\u007f]/;

function leadsElsewhere(segment: string): boolean {
  // Servers decode slashes at times, and cut off what follows a semicolon.
  const names = decodeURIComponent(segment)
    .split(/[/\\]/)
    .map((name) => name.replace(/;.*$/s, '').trim());
  return names.some((name) => name === '.' || name === '..');
}

function queryText(pieces: readonly TextPiece[], sources: Sources): string | undefined {
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text += encodeURIComponent(piece);
      continue;
    }
    const segments = segmentsOf(piece, sources);
    if (segments === undefined) return undefined;
    text += encoded(segments.join('/'), piece);
  }
  return text;
}

function encoded(text: string, reference: Reference): string {
  if (CONTROLS.test(text)) unfit(reference);
  try {
    return encodeURIComponent(text);
  } catch {
    // Half of a character.
    return unfit(reference);
  }
}

function unfit(...references: readonly Reference[]): never {
  const [first] = references;
  const names = references.map(nameOf).join(', ');
  return fail('bad-value', `the value of ${names} cannot stand in a URL there`, {
    clientFault: first !== undefined && references.every(isOfClient),
  });
}

function filled(template: JsonTemplate, sources: Sources): Json {
  if ('value' in template) return Buffer.from(JSON.stringify(template.value));
  if ('reference' in template) return jsonOf(template.reference, sources) ?? missing(template.reference);
  const members = Object.entries(template.fields).map(([name, each], index) => [
    Buffer.from(`${index === 0 ? '' : ','}${JSON.stringify(name)}:`),
    filled(each, sources),
  ]);
  return Buffer.concat([Buffer.from('{'), ...members.flat(), Buffer.from('}')]);
}
