import { loadBalancerKind } from './alb/kind';
import { httpApiKind } from './http/kind';
import type { EdgeKind } from './kind';
import { restApiKind } from './rest/kind';
import { webSocketApiKind } from './web-socket/kind';

/** The registry: one line for each kind of edge, and nothing else imports one. */
export const KINDS: readonly EdgeKind[] = [httpApiKind, restApiKind, webSocketApiKind, loadBalancerKind];
