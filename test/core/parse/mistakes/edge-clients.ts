import { Opaque } from '../../../../lib/core/reading/input';
import type { Raw } from '../../../support/parsing';
import { edge, token } from '../../../support/parsing';
import type { Mistakes } from './mistake';

/** A REST API whose routes ask for signed requests with API keys. */
const api = (more: Raw): Raw => edge({ authorizer: { kind: 'iam' }, apiKeyRequired: true, ...more }, 'rest');
const client = (acme: unknown, more: Raw = {}): Raw => api({ clients: { acme }, ...more });
const quota = (more: Raw): Raw => client({ quota: { limit: 10, period: 'DAY', ...more } });
const key = new Opaque({ keyId: 'k1' });
const sameKey = new Opaque({ keyId: 'k1' });

/** Whom a REST API knows by API keys. */
export const EDGE_CLIENT_MISTAKES: Mistakes = {
  UNSUPPORTED_BY_EDGE: [
    { did: 'wants an HTTP API to know clients by API keys', props: edge({ clients: { acme: {} } }), path: 'edge.clients' },
    { did: 'wants an HTTP API to ask for API keys', props: edge({ apiKeyRequired: true }), path: 'edge.apiKeyRequired' },
    {
      did: 'wants a route of an HTTP API to ask for API keys',
      props: edge({ routes: { 'GET /': { service: 'ui', apiKeyRequired: true } } }),
      path: 'edge.routes["GET /"].apiKeyRequired',
    },
  ],
  MISSING: [
    { did: 'names no client', props: api({ clients: {} }), path: 'edge.clients' },
    { did: 'asks for keys that nobody has', props: api({}), path: 'edge.clients' },
    { did: 'says nothing of a client', props: client(undefined), path: 'edge.clients.acme' },
    { did: 'has a quota of no time', props: quota({ period: undefined }), path: 'edge.clients.acme.quota.period' },
    { did: 'has a quota of no number', props: quota({ limit: undefined }), path: 'edge.clients.acme.quota.limit' },
    {
      did: 'limits a client by a rate alone',
      props: client({ throttle: { rateLimit: 5 } }),
      path: 'edge.clients.acme.throttle.burstLimit',
    },
  ],
  NO_EFFECT: [
    { did: 'has clients, and asks nobody for a key', props: client({}, { apiKeyRequired: false }), path: 'edge.clients' },
    {
      did: 'has clients, and its one route asks nobody for a key',
      props: client({}, { routes: { 'GET /': { service: 'ui', apiKeyRequired: false } } }),
      path: 'edge.clients',
    },
  ],
  CONFLICT: [
    {
      did: 'gives two clients one key',
      props: api({ clients: { acme: { apiKey: key }, bolt: { apiKey: sameKey } } }),
      path: 'edge.clients.bolt.apiKey',
    },
    {
      did: 'gives a client the key of an authorizer',
      props: client({ apiKey: key }, { authorizer: { kind: 'apiKey', keys: [sameKey] } }),
      path: 'edge.clients.acme.apiKey',
    },
    {
      did: 'asks for no key where the key is all that is asked for',
      props: api({ clients: { acme: {} }, routes: { 'GET /': { service: 'ui', authorizer: { kind: 'apiKey' }, apiKeyRequired: false } } }),
      path: 'edge.routes["GET /"].apiKeyRequired',
    },
  ],
  THROTTLE: [
    {
      did: 'lets a client send nothing at once',
      props: client({ throttle: { rateLimit: 5, burstLimit: 0 } }),
      path: 'edge.clients.acme.throttle',
    },
  ],
  OUT_OF_RANGE: [{ did: 'has a quota of nothing', props: quota({ limit: 0 }), path: 'edge.clients.acme.quota.limit' }],
  INVALID_VALUE: [{ did: 'has a quota for an hour', props: quota({ period: 'HOUR' }), path: 'edge.clients.acme.quota.period' }],
  INVALID_NAME: [{ did: 'gives a client a name with capitals', props: api({ clients: { Acme: {} } }), path: 'edge.clients.Acme' }],
  UNKNOWN_PROPERTY: [
    { did: 'writes the value of a key', props: client({ value: 'secret' }), path: 'edge.clients.acme.value' },
    { did: 'has a quota that begins later', props: quota({ offset: 1 }), path: 'edge.clients.acme.quota.offset' },
  ],
  WRONG_TYPE: [
    { did: 'gives a client the ID of a key', props: client({ apiKey: 'k1' }), path: 'edge.clients.acme.apiKey' },
    { did: 'lists clients', props: api({ clients: ['acme'] }), path: 'edge.clients' },
  ],
  TOKEN: [{ did: 'takes a quota from a token', props: quota({ limit: token }), path: 'edge.clients.acme.quota.limit' }],
};
