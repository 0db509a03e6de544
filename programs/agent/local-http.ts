import { request } from 'node:http';

const TIMEOUT_MS = 2000;

/** A request to something in the task or on its host. Rejects unless the answer is 200. */
export async function localHttp(method: 'GET' | 'POST', url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      reject(new Error(`${method} ${url}: ${why}`));
    };
    const call = request(url, { method, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', (error) => {
        fail(error.message);
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else fail(`status ${response.statusCode ?? 'unknown'}`);
      });
    });
    call.on('error', (error) => {
      fail(error.name === 'AbortError' || error.name === 'TimeoutError' ? `no answer within ${TIMEOUT_MS} ms` : error.message);
    });
    call.end();
  });
}
