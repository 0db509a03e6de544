/** The issuer of tokens, as far as its keys go: it answers HTTPS with a set of keys, which a message changes, or with no answer at all. */
import { createServer } from 'node:https';
import { createSecureContext } from 'node:tls';

export interface KeyServer {
  /** By the names of hosts. */
  readonly identities: Readonly<Record<string, { readonly certificateChain: string; readonly privateKey: string }>>;
  readonly port: number;
  readonly keys: readonly object[];
}

/** What it is told later: other keys, or none, as if it were broken. */
export type KeyServerChange = Pick<KeyServer, 'keys'> | { readonly broken: boolean };

let keys: readonly object[] = [];
let broken = false;

process.on('message', (told: KeyServer | KeyServerChange) => {
  if ('keys' in told) keys = told.keys;
  if ('broken' in told) broken = told.broken;
  if (!('port' in told)) {
    process.send?.('changed');
    return;
  }
  const contexts = new Map(
    Object.entries(told.identities).map(([name, { certificateChain: cert, privateKey: key }]) => [
      name,
      createSecureContext({ cert, key }),
    ]),
  );
  const settings = {
    SNICallback: (name: string, done: (error: Error | null, context?: ReturnType<typeof createSecureContext>) => void) => {
      done(null, contexts.get(name));
    },
  };
  createServer(settings, (_request, response) => {
    if (broken) {
      response.destroy();
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys }));
  })
    .on('tlsClientError', () => undefined)
    .listen(told.port, '0.0.0.0', () => process.send?.('listening'));
});
process.once('disconnect', () => process.exit(0));
