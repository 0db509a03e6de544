import { Construct } from 'constructs';
import { planHttpApi } from '../../core/edges/http/plan';
import { renderHttpApi } from './http/render';
import type { RenderEdgeOptions, RenderedEdge } from './model';
import { planRestApi } from '../../core/edges/rest/plan';
import { renderRestApi } from './rest/render';

export type { EdgeTarget, RenderEdgeOptions, RenderedEdge } from './model';
export { userAuthorizers } from './user-authorizers';

/** API Gateway and its way into the VPC, all below one construct `Edge`. */
export function renderEdge(scope: Construct, options: RenderEdgeOptions): RenderedEdge {
  const edge = new Construct(scope, 'Edge');
  return options.edge.kind === 'http'
    ? renderHttpApi(edge, planHttpApi(options.edge), options)
    : renderRestApi(edge, planRestApi(options.edge), options);
}
