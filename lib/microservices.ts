import { Annotations } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { RestApi, UsagePlan } from 'aws-cdk-lib/aws-apigateway';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IPrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import type { IPrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import { Construct } from 'constructs';
import type { RenderedSystem } from './cdk/compute/render-system';
import { renderSystem } from './cdk/compute/render-system';
import { limitStackSize } from './cdk/compute/stack-size';
import type { RenderedEdge } from './cdk/edges/render';
import { renderEdge, userAuthorizers } from './cdk/edges/render';
import { planMesh } from './core/mesh/providers';
import type { IMicroservice } from './microservice';
import type { MicroservicesProps } from './props/microservices-props';
import { readProps } from './props/read-props';
import { throwIssue } from './cdk/throw-issue';
import { GATEWAY_NAME, GATEWAY_PORT } from './core/model/constants';
import { displayValue } from './core/reading/input';
import { IssueList } from './core/reading/issues';
import { meshNameOf } from './core/parse/network/mesh-name';
import type { Topology, Warning } from './core/model/topology';
import { registrationsOf } from './core/model/topology';
import { parseTopology } from './core/parse/parse';
import { Reader, suggest } from './core/reading/reader';

/**
 * Microservices on Amazon ECS behind API Gateway, in a service mesh of Envoy sidecars with no control plane.
 *
 * Wrong props throw one error, named `MicroservicesValidationError`, that lists every mistake in `issues`, each
 * with its code, its path in the props, what is allowed and how to mend it.
 *
 * @example
 * new Microservices(this, 'Shop', {
 *   services: {
 *     ui: { image: ContainerImage.fromRegistry('example/ui'), port: 8080, calls: ['catalog'] },
 *     catalog: { image: ContainerImage.fromRegistry('example/catalog'), port: 8080 },
 *   },
 *   edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'ANY /{proxy+}': { service: 'ui' } } }),
 * });
 */
@propertyInjectable
export class Microservices extends Construct {
  /** The ID of this construct for property injectors (`IPropertyInjector.constructUniqueId`). The props are checked after injection. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-ecs-microservices.Microservices';

  /** The VPC. */
  public readonly vpc: IVpc;
  /** The ECS cluster. */
  public readonly cluster: ICluster;
  /** The Cloud Map namespace in which tasks register. */
  public readonly namespace: IPrivateDnsNamespace;
  /** The domain of the virtual names. */
  public readonly domain: string;
  /** The private zone of the virtual names. */
  public readonly zone: IPrivateHostedZone;
  /** Where containers, Envoy and API Gateway log. */
  public readonly logGroup: ILogGroup;
  /** The HTTP API, if the edge is one. */
  public readonly httpApi?: HttpApi;
  /** The REST API, if the edge is one. */
  public readonly restApi?: RestApi;
  /** The usage plan of the API keys, if a route of a REST API asks for one. */
  public readonly usagePlan?: UsagePlan;
  /** Fires when a certificate has less than a third of its life left; absent with `Certificates.none()`. It has no action of its own. */
  public readonly certificateAlarm?: Alarm;
  /** The service behind API Gateway, if there is an edge. */
  public readonly gateway?: IMicroservice;

  private readonly services: ReadonlyMap<string, IMicroservice>;
  /** Nothing, until it is complete: one that failed and was caught stays in the tree of constructs. */
  private readonly registered: ReadonlySet<string> = new Set();
  private readonly edgeUrl?: string;

  public constructor(scope: Construct, id: string, props: MicroservicesProps) {
    super(scope, id);
    const issues = new IssueList();
    const topology = parseTopology({ props: readProps(props), defaultName: meshNameOf(id) }, issues);
    issues.throwIfAny(this.node.path);
    checkNeighbours(this, topology, props, issues);
    issues.throwIfAny(this.node.path);
    const plan = planMesh(topology, issues);
    issues.throwIfAny(this.node.path);
    const system = renderSystem(this, topology, plan, props);
    const edge = renderEdgeOf(this, topology, system, props);

    this.domain = topology.domain;
    this.vpc = system.foundation.vpc;
    this.cluster = system.foundation.cluster;
    this.namespace = system.foundation.namespace;
    this.zone = system.zone;
    this.logGroup = system.foundation.logGroup;
    this.services = system.services;
    this.registered = new Set(topology.services.flatMap(registrationsOf).map(({ name }) => name));
    this.gateway = system.gateway;
    this.certificateAlarm = system.certificateAlarm;
    this.httpApi = edge?.httpApi;
    this.restApi = edge?.restApi;
    this.usagePlan = edge?.usagePlan;
    this.edgeUrl = edge?.url;
    warn(this, [...topology.warnings, ...plan.warnings]);
    limitStackSize(this, plan);
  }

  /**
   * The handle of a service.
   *
   * @param name as in `services`
   * @throws if there is no service of that name
   */
  public service(name: string): IMicroservice {
    const service = this.services.get(name);
    if (service !== undefined) return service;
    return throwIssue(this, 'service()', 'UNKNOWN_SERVICE', `there is no service "${name}"`, {
      got: displayValue(name),
      ...suggest(name, [...this.services.keys()]),
    });
  }

  /** @internal */
  public _has(name: string): boolean {
    return this.registered.has(name) || (name === GATEWAY_NAME && this.gateway !== undefined);
  }

  /**
   * The URL of the API, without a slash at the end.
   *
   * @throws if there is no edge
   */
  public get url(): string {
    if (this.edgeUrl !== undefined) return this.edgeUrl;
    return throwIssue(this, 'edge', 'MISSING', 'there is no edge, so there is no URL', {
      fix: 'set edge to Edge.httpApi() or Edge.restApi()',
    });
  }
}

/** What several meshes of one app would fight over, at deployment. */
function checkNeighbours(scope: Construct, topology: Topology, props: MicroservicesProps, issues: IssueList): void {
  const vpc = props.cluster?.vpc ?? props.vpc;
  const others = scope.node.root.node
    .findAll()
    .filter((other): other is Microservices => other instanceof Microservices && other !== scope);
  for (const other of others) {
    if (vpc !== undefined && other.vpc === vpc && other.domain === topology.domain) {
      new Reader(issues, 'domain', topology.domain).fail(
        'DOMAIN_CLASH',
        `"${topology.domain}" is the domain of ${other.node.path} too, in the same VPC, and Route 53 takes one private zone of a name`,
        { fix: 'give one of the two another name or domain' },
      );
    }
    const names = [
      ...topology.services.flatMap(registrationsOf).map(({ name }) => name),
      ...(topology.edge === undefined ? [] : [GATEWAY_NAME]),
    ];
    const same = names.filter((name) => other._has(name));
    if (props.namespace !== undefined && other.namespace === props.namespace && same.length > 0) {
      new Reader(issues, 'namespace', undefined).fail(
        'DOMAIN_CLASH',
        `${other.node.path} registers ${same.map((name) => `"${name}"`).join(', ')} in the same namespace`,
        { fix: 'give each mesh a namespace of its own' },
      );
    }
  }
}

function renderEdgeOf(
  scope: Construct,
  topology: Topology,
  { gateway, foundation }: RenderedSystem,
  props: MicroservicesProps,
): RenderedEdge | undefined {
  if (topology.edge === undefined || gateway === undefined || props.edge === undefined) return undefined;
  return renderEdge(scope, {
    edge: topology.edge,
    authorizers: userAuthorizers(props.edge._options),
    target: {
      vpc: foundation.vpc,
      vpcSubnets: foundation.vpcSubnets,
      service: gateway.ecsService,
      containerName: gateway.proxyContainer.containerName,
      containerPort: GATEWAY_PORT,
      securityGroup: gateway.securityGroup,
      discoveryService: gateway.discoveryService,
    },
    logGroup: foundation.logGroup,
    traced: topology.tracing !== undefined,
    name: topology.name,
  });
}

function warn(scope: Construct, warnings: readonly Warning[]): void {
  for (const { id, path, message } of warnings) Annotations.of(scope).addWarningV2(`cdk-ecs-microservices:${id}`, `${path}: ${message}`);
}
