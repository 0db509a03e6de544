import { causeOf } from './cause-of';
import type { AccessLogLine, MapSource, MapTask } from './source';

/**
 * The tasks of a local system, by its HTTP API: `GET tasks`, `GET tasks/<id>/envoy/<path>`, and, where there is one, `GET access-log`:
 * a line of JSON for each `AccessLogLine`, for as long as somebody reads.
 *
 * @param base URL of the API
 */
export async function httpSource(base: URL, signal: AbortSignal): Promise<MapSource> {
  const at = (path: string): string => new URL(path, base.href.endsWith('/') ? base.href : `${base.href}/`).href;
  const source: MapSource = {
    tasks: async (end) => JSON.parse(await textAt(at('tasks'), end)) as readonly MapTask[],
    admin: async (task, path, end) => textAt(at(`tasks/${encodeURIComponent(task)}/envoy${path}`), end),
  };
  const logs = await fetch(at('access-log'), { method: 'HEAD', signal }).catch(() => undefined);
  return logs?.ok === true ? { ...source, accessLog: (end) => linesOf(at('access-log'), end) } : source;
}

/** Envoys by the URLs of their admin interfaces: one task each. */
export function envoysSource(envoys: readonly { readonly task: MapTask; readonly url: URL }[]): MapSource {
  const urls = new Map(envoys.map(({ task, url }) => [task.id, url]));
  return {
    tasks: async () => Promise.resolve(envoys.map(({ task }) => task)),
    admin: async (task, path, end) => textAt(new URL(path, urls.get(task)).href, end),
  };
}

async function textAt(url: string, signal: AbortSignal): Promise<string> {
  let answer: Response;
  try {
    answer = await fetch(url, { signal, redirect: 'error' });
  } catch (error) {
    throw new Error(causeOf(error), { cause: error });
  }
  if (!answer.ok) throw new Error(`${new URL(url).host} answers with status ${answer.status}`);
  return answer.text();
}

async function* linesOf(url: string, signal: AbortSignal): AsyncGenerator<AccessLogLine> {
  const { body } = await fetch(url, { signal });
  if (body === null) return;
  let rest = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line) as AccessLogLine;
  }
}
