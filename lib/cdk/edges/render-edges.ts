import { defined } from '../../core/defined';
import type { SystemPlan } from '../../core/plan/system-plan';
import type { IEdge } from '../../edge';
import type { MicroservicesProps } from '../../props/microservices-props';
import type { RenderedSystem } from '../compute/render-system';
import { edgeOf } from '../user-edges';
import { RenderedEdge } from './rendered-edge';
import { userApiKeys, userAuthorizers } from './user-authorizers';

/** The edges of a system whose services are there, by name. */
export function renderEdges(
  { edges }: SystemPlan,
  { gateways, foundation, scopeOf }: RenderedSystem,
  props: MicroservicesProps,
): ReadonlyMap<string, IEdge> {
  const { vpc, vpcSubnets, logGroup } = foundation;
  return new Map(
    edges.map((plan) => {
      const gateway = gateways.get(plan.gateway.workload);
      const edge = edgeOf(props, plan.name);
      const discoveryService = gateway?.discoveryService;
      if (gateway === undefined || discoveryService === undefined || edge === undefined)
        throw new Error(`bug: the edge "${plan.name}" has no gateway`);
      const target = {
        vpc,
        vpcSubnets,
        service: gateway.ecsService,
        containerName: gateway.proxyContainer.containerName,
        containerPort: plan.gateway.port,
        securityGroup: gateway.securityGroup,
        discoveryService,
      };
      const context = {
        authorizers: userAuthorizers(edge),
        apiKeys: userApiKeys(edge),
        target,
        logGroup,
        balancer: edge._options,
        ...defined({
          domain: edge._options.domain,
          vpcEndpoints: edge._options.privateApi?.vpcEndpoints,
          statements: edge._options.resourcePolicyStatements,
          logProps: props.logs,
        }),
      };
      return [plan.name, new RenderedEdge(scopeOf(plan.group), plan, context, gateway)];
    }),
  );
}
