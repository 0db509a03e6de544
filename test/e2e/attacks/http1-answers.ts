/** The answers in what a server has written by HTTP/1. */

export interface Http1Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Those that are complete, without interim ones. */
export function answersIn(text: string): readonly Http1Answer[] {
  const answers: Http1Answer[] = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    const [, code] = /^HTTP\/1\.[01] (\d{3})/.exec(rest) ?? [];
    if (end < 0 || code === undefined) return answers;
    const status = Number(code);
    const headers = Object.fromEntries(
      rest
        .slice(0, end)
        .split('\r\n')
        .slice(1)
        .map((line) => {
          const colon = line.indexOf(':');
          return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
        }),
    );
    const behind = rest.slice(end + 4);
    const body = status < 200 || status === 204 ? { text: '', length: 0 } : bodyIn(headers, behind);
    if (body === undefined) return answers;
    if (status >= 200 || status === 101) answers.push({ status, headers, body: body.text });
    rest = behind.slice(body.length);
  }
}

function bodyIn(headers: Readonly<Record<string, string>>, behind: string): { readonly text: string; readonly length: number } | undefined {
  if (headers['transfer-encoding'] === undefined) {
    const length = Number(headers['content-length'] ?? 0);
    return behind.length < length ? undefined : { text: behind.slice(0, length), length };
  }
  let text = '';
  for (let at = 0; ;) {
    const [line, size] = /^([0-9a-f]+)\r\n/i.exec(behind.slice(at, at + 20)) ?? [];
    if (line === undefined) return undefined;
    const length = Number.parseInt(size, 16);
    const start = at + line.length;
    at = start + length + 2;
    if (behind.length < at) return undefined;
    text += behind.slice(start, start + length);
    if (length === 0) return { text, length: at };
  }
}
