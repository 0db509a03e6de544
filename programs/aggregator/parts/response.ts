import type { AggregatedPart } from '../../../lib/core/contract/aggregation';
import { fail, type PartFailure } from '../failure';
import { readJson } from '../json/read-json';
import { NULL, type Json } from '../json/slices';

/** What a service answered. */
export interface PartResponse {
  readonly status: number;
  readonly contentType: string;
  readonly contentEncoding: string;
  /** Undefined if it was not needed, or too large. */
  readonly body: Buffer | undefined;
}

/** Whether the body of a response is of use. */
export function needsBody(status: number, { required }: Pick<AggregatedPart, 'required'>): boolean {
  return isSuccess(status) || (required && isClientError(status));
}

/** The JSON of a response: null if it has no content. Fails if it is no answer. */
export function jsonIn({ status, contentType, contentEncoding, body }: PartResponse): Json {
  if (!isSuccess(status))
    return fail('status', `the service answered with status ${status}`, {
      status,
      ...errorBody(status, contentType, contentEncoding, body),
    });
  if (status === 204 || status === 205) return NULL;
  if (!isJson(contentType)) return fail('not-json', 'the content type of the response is not JSON', { status });
  if (!isPlain(contentEncoding)) return fail('not-json', 'the response is compressed, which was not asked for', { status });
  if (body === undefined) return fail('too-large', 'the response is too large', { status });
  const read = readJson(body);
  return read.ok ? read.json : fail(read.code, read.why, { status });
}

function errorBody(status: number, contentType: string, contentEncoding: string, bytes: Buffer | undefined): Pick<PartFailure, 'body'> {
  const whole = isClientError(status) && isPlain(contentEncoding) && contentType !== '' && bytes !== undefined && bytes.length > 0;
  return whole ? { body: { contentType, bytes } } : {};
}

/** But a part of a document, which nobody asked for. */
function isSuccess(status: number): boolean {
  return status >= 200 && status < 300 && status !== 206;
}

function isClientError(status: number): boolean {
  return status >= 400 && status < 500;
}

/** `application/json`, or what ends with `+json`; JSON between systems is UTF-8. */
function isJson(contentType: string): boolean {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  if (!/^application\/([\w!#$&^.-]+\+)?json$/.test(type.trim())) return false;
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  return charset === undefined || /^charset="?utf-?8"?$/.test(charset);
}

function isPlain(contentEncoding: string): boolean {
  return contentEncoding === '' || contentEncoding.toLowerCase() === 'identity';
}
