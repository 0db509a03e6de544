import { Unknown } from './message';

export interface PathSettings {
  readonly normalize: boolean;
  readonly mergeSlashes: boolean;
  readonly escapedSlashes: string;
}

/**
 * What a connection manager makes of a path before anything looks at it; undefined if it refuses it.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto
 */
export function normalizePath(whole: string, settings: PathSettings, at: string): string | undefined {
  // A fragment is for the client alone.
  if (whole.includes('#')) return undefined;
  const end = whole.includes('?') ? whole.indexOf('?') : whole.length;
  const query = whole.slice(end);
  let path: string | undefined = whole.slice(0, end);
  if (/%(2f|5c)/i.test(path)) {
    if (settings.escapedSlashes === 'REJECT_REQUEST') return undefined;
    if (settings.escapedSlashes !== 'KEEP_UNCHANGED') throw new Unknown(at, `what to do with escaped slashes (${settings.escapedSlashes})`);
  }
  if (settings.normalize) path = canonical(path);
  if (path === undefined) return undefined;
  if (settings.mergeSlashes) path = mergeSlashes(path);
  return path + query;
}

function mergeSlashes(path: string): string {
  if (!path.includes('//')) return path;
  return (
    (path.startsWith('/') ? '/' : '') +
    path
      .split('/')
      .filter((segment) => segment !== '')
      .join('/') +
    (path.endsWith('/') ? '/' : '')
  );
}

/** What Chromium's URL library, which Envoy uses, writes as an escape, and what it does not leave as one. */
const ESCAPED = /[\x01-\x20"#<>?^`{|}\x7f-\xff]/;
const UNESCAPED = /[-0-9A-Za-z_~]/;
const DOT = /^(?:\.|%2e)/i;

/** Undefined: not a path. Dot segments that are written as such lose their parameters first (`..;x=y`). */
function canonical(path: string): string | undefined {
  return canonicalized(path.replaceAll(/(?<=\/)(\.{1,2});[^/]*/g, '$1'));
}

function canonicalized(path: string): string | undefined {
  let out = '';
  let lastInvalidPercent = Number.NEGATIVE_INFINITY;
  for (let rest = path; rest !== '';) {
    const dot = dotAt(rest, out);
    if (dot !== undefined) {
      out = dot.out;
      rest = rest.slice(dot.length);
      if (lastInvalidPercent >= out.length) lastInvalidPercent = Number.NEGATIVE_INFINITY;
      continue;
    }
    const escape = /^%([0-9a-f]{2})/i.exec(rest);
    const [character = ''] = rest;
    if (escape !== null) {
      const decoded = String.fromCharCode(Number.parseInt(escape[1], 16));
      if (decoded === '\0') return undefined;
      rest = rest.slice(3);
      if (UNESCAPED.test(decoded)) out = withoutNewEscapes(out + decoded, rest, lastInvalidPercent);
      else out += escape[0];
      continue;
    }
    if (character === '\0') return undefined;
    if (character === '%') lastInvalidPercent = out.length;
    out +=
      character === '\\'
        ? '/'
        : ESCAPED.test(character)
          ? `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
          : character;
    rest = rest.slice(1);
  }
  return out;
}

/** What a dot at the beginning of the rest does to what is written so far, and how much of the rest belongs to it. */
function dotAt(rest: string, out: string): { readonly out: string; readonly length: number } | undefined {
  const first = DOT.exec(rest)?.[0].length ?? 0;
  if (first === 0) return undefined;
  const [segment, dots = ''] = /^((?:\.|%2e){1,2})(?:[/\\]|$)/i.exec(rest) ?? [];
  if (!out.endsWith('/') || segment === undefined) return { out: `${out}.`, length: first };
  if (dots.length === first) return { out, length: segment.length };
  return { out: out === '/' ? out : out.slice(0, out.lastIndexOf('/', out.length - 2) + 1) || '/', length: segment.length };
}

/** An unescaped character must not complete an escape with a percent sign that stood there alone: that one becomes %25. */
function withoutNewEscapes(out: string, rest: string, percent: number): string {
  if (percent < out.length - 3) return out;
  const looksAhead = percent === out.length - 2;
  const [next = ''] = rest;
  if (looksAhead && next === '') return out;
  const candidate = looksAhead ? out + next : out;
  if (!/^%[0-9a-f]{2}/i.test(candidate.slice(percent))) return out;
  return `${out.slice(0, percent)}%25${out.slice(percent + 1)}`;
}
