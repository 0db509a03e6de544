import type { KindProofs } from '../kind-proofs';
import { loadBalancerProofs } from './alb';
import { httpApiProofs } from './http';
import { restApiProofs } from './rest';
import { webSocketApiProofs } from './web-socket';

/** By the ID of the kind. */
export const KIND_PROOFS: Readonly<Record<string, KindProofs | undefined>> = {
  http: httpApiProofs,
  rest: restApiProofs,
  alb: loadBalancerProofs,
  webSocket: webSocketApiProofs,
};
