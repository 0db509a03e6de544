import type { Raw } from '../../../support/parsing';
import { edge, token } from '../../../support/parsing';
import type { Mistakes } from './mistake';

const CALLER = { kind: 'iam', callerArnHeader: 'x-user' };
const limit = (more: Raw, authorizer: unknown = CALLER): Raw =>
  edge({ authorizer, clientThrottle: { identityHeader: 'x-user', rateLimit: 5, burstLimit: 10, ...more } });

/** Limits of each client by itself. */
export const CLIENT_THROTTLE_MISTAKES: Mistakes = {
  MISSING: [
    {
      did: 'limits clients without telling them apart',
      props: limit({ identityHeader: undefined }),
      path: 'edge.clientThrottle.identityHeader',
    },
    { did: 'limits clients by no rate', props: limit({ rateLimit: undefined }), path: 'edge.clientThrottle.rateLimit' },
    { did: 'limits clients by no burst', props: limit({ burstLimit: undefined }), path: 'edge.clientThrottle.burstLimit' },
  ],
  NO_EFFECT: [
    {
      did: 'tells clients apart by a header that they could write themselves',
      props: limit({ identityHeader: 'x-forwarded-for' }),
      path: 'edge.clientThrottle.identityHeader',
    },
    {
      did: 'tells clients apart where no authorizer says who they are',
      props: limit({}, { kind: 'iam' }),
      path: 'edge.clientThrottle.identityHeader',
    },
  ],
  OUT_OF_RANGE: [
    { did: 'lets clients send nothing', props: limit({ rateLimit: 0 }), path: 'edge.clientThrottle.rateLimit' },
    { did: 'lets clients begin with nothing', props: limit({ burstLimit: 0 }), path: 'edge.clientThrottle.burstLimit' },
    { did: 'counts more clients than fit', props: limit({ maxClients: 100_001 }), path: 'edge.clientThrottle.maxClients' },
    { did: 'counts no clients', props: limit({ maxClients: 0 }), path: 'edge.clientThrottle.maxClients' },
  ],
  TOKEN: [
    { did: 'has a rate of clients that nobody knows yet', props: limit({ rateLimit: token }), path: 'edge.clientThrottle.rateLimit' },
  ],
};
