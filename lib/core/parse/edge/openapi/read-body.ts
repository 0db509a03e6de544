import type { JsonObject } from '../../../model/json';
import { checkDraft4 } from '../api/draft-4';
import { BODY_FIELDS } from './document-fields';
import type { DocumentPart } from './document-part';
import type { NotCarried } from './not-carried';
import type { Dialect } from './to-draft-4';
import { toDraft4 } from './to-draft-4';

export interface DocumentBody {
  readonly schema: JsonObject;
  readonly place: string;
}

const MEDIA_FIELDS = ['schema', 'example', 'examples', 'encoding'];

/** The schema that bodies must match; undefined if any body will do, or after an issue. */
export function readBody(at: DocumentPart, dialect: Dialect, notCarried: NotCarried): DocumentBody | undefined {
  const body = at.resolved();
  if (body === undefined || body.absent) return undefined;
  body.checkFields(BODY_FIELDS);
  const required = body.field('required').boolean() === true;
  const contents = body.field('content').entries('an object of media types');
  for (const [, media] of contents) media.checkFields(MEDIA_FIELDS);
  const described = contents.filter(([, media]) => !media.field('schema').absent);
  const [json] = described.filter(([type]) => isJson(type));
  const unsaid = (): void => {
    for (const [type, media] of described) notCarried.add('open-api-bodies', media.place, type);
    if (described.length === 0 && required) notCarried.add('open-api-bodies', body.field('required').place, 'required');
  };
  if (json === undefined) {
    unsaid();
    return undefined;
  }
  if (contents.length > 1)
    return body.field('content').fail('API Gateway has one schema for bodies of all types, and this takes several', {
      value: contents.map(([type]) => type).join(', '),
      fix: 'keep one type, or let services check: requestValidation: false of OpenApiDocument',
    });
  const converted = toDraft4(json[1].field('schema'), dialect);
  if (converted === undefined) return undefined;
  let valid = true;
  checkDraft4(converted.schema, ({ place, message, fix }) => {
    valid = false;
    at.placed(converted.placeOf(place)).fail(`in the schema of the body, ${place}: ${message}`, { code: 'JSON_SCHEMA', fix });
  });
  if (!valid) return undefined;
  if (required && !Array.isArray(converted.schema['required'])) notCarried.add('open-api-bodies', body.field('required').place, 'required');
  return { schema: converted.schema, place: json[1].field('schema').place };
}

function isJson(type: string): boolean {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type);
}
