/**
 * A web site whose pages link to each other, as a browser meets it: with links such as `/cart`, behind the prefix that
 * `X-Forwarded-Prefix` names. Below `/naive` it knows nothing of that header. SIGTERM ends it.
 */
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';

const PAGES = ['/', '/cart', '/cart/', '/product/OLJCESPC7Z?currency=EUR', '/caf%C3%A9', '/a,b/c'];
const NAIVE = ['/naive', '/naive/cart'];

function linksOf({ url = '/', headers }: IncomingMessage): readonly string[] {
  if (url.startsWith('/naive')) return NAIVE;
  const prefix = headers['x-forwarded-prefix'];
  return PAGES.map((page) => `${typeof prefix === 'string' ? prefix : ''}${page}`);
}

const server = createServer((request, response) => {
  const links = linksOf(request).map((link) => `<a href="${link}">${link}</a>`);
  response.setHeader('content-type', 'text/html');
  response.end(`<!doctype html><title>${request.url ?? ''}</title>${links.join('\n')}`);
});
server.listen(Number(process.env['PORT']));
process.once('SIGTERM', () => {
  server.close();
});
