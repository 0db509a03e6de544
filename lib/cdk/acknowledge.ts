import { CfnResource, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** What a rule finds in a resource that the library makes as it has decided itself. */
export interface Acknowledgement {
  /** Of the table in docs/security.md. */
  readonly resource: string;
  /** IDs of cdk-nag; `[…]` is the finding, where a rule has several. https://github.com/cdklabs/cdk-nag/blob/main/RULES.md */
  readonly rules: readonly string[];
  readonly reason: string;
}

const HIPAA = 'HIPAA.Security';
const NIST = 'NIST.800.53.R5';
const PCI = 'PCI.DSS.321';

const rule = (name: string, packs: readonly string[] = [HIPAA, NIST, PCI]): readonly string[] => packs.map((pack) => `${pack}-${name}`);

/**
 * Every finding that the library acknowledges. It acknowledges only what it makes and decides itself: what props or handles can
 * change stays visible to the packs of whoever deploys, such as a public route or a log group without a key of its own.
 */
export const ACKNOWLEDGEMENTS = {
  meshEnvironment: {
    resource: 'task definitions in which only containers of the mesh have environment variables',
    rules: ['AwsSolutions-ECS2'],
    reason:
      'The environment variables are settings of the mesh agent and the tracing collector, which are no secrets: who issues the ' +
      'certificate, not what is in it.',
  },
  cloudMapInstances: {
    resource: 'roles of tasks',
    rules: ['AwsSolutions-IAM5[Resource::*]'],
    reason: 'The actions of AWS Cloud Map on instances support no resource but *; conditions narrow them to services by name or ARN.',
  },
  registryToken: {
    resource: 'execution roles',
    rules: ['AwsSolutions-IAM5[Resource::*]'],
    reason: 'ecr:GetAuthorizationToken supports no resource but *: a token is for the whole registry.',
  },
  traces: {
    resource: 'the policy of the tracing collectors',
    rules: ['AwsSolutions-IAM5[Resource::*]'],
    reason: 'The X-Ray actions that send traces and read sampling rules support no resource but *.',
  },
  metricOfCertificates: {
    resource: 'the role of the function that guards changes of authorities',
    rules: ['AwsSolutions-IAM5[Resource::*]'],
    reason: 'CloudWatch has no resources for reading metrics; the function reads one metric of the mesh.',
  },
  metricsOfShifts: {
    resource: 'the role of the function that shifts weights',
    rules: ['AwsSolutions-IAM5[Resource::*]'],
    reason: 'CloudWatch has no resources for reading metrics; of alarms, the function reads the states, several in one call.',
  },
  anyParameterOfSystem: {
    resource: 'the role of the function that shifts weights',
    rules: ['AwsSolutions-IAM5[Resource::<parameters>]'],
    reason:
      'The name is that of the system and stack, for any service: the parameter of a service that is removed is deleted after the ' +
      'role has changed.',
  },
  shiftHistory: {
    resource: 'the state machine that shifts weights',
    rules: ['AwsSolutions-SF1', 'AwsSolutions-SF2'],
    reason: 'AWS Step Functions keeps the history of each execution for 90 days, and its one function logs every step with its reason.',
  },
  anyVersion: {
    resource: "policies of the CDK's provider framework, and of the state machine that shifts weights",
    rules: ['AwsSolutions-IAM5[Resource::<function>:*]'],
    reason: 'What the CDK lets call this one function may call it whatever its version.',
  },
  anyTaskOfCluster: {
    resource: 'roles that run jobs',
    rules: ['AwsSolutions-IAM5[Resource::<tasks>]'],
    reason:
      'The ID of a task is known only when it runs. What may be tagged is what is just being run, and what may be stopped has the tag of ' +
      'the job.',
  },
  waiterLogs: {
    resource: "the state machine of the CDK's provider framework",
    rules: ['AwsSolutions-SF1', 'AwsSolutions-SF2'],
    reason: 'It asks one function again and again, which logs what it finds, and calls nothing else.',
  },
  inlinePolicy: {
    resource: "roles that the library makes, and policies that the CDK adds to them; not what is granted to a service's role",
    rules: rule('IAMNoInlinePolicy'),
    reason: 'Each policy is for one role, and there from the moment the role is; a managed policy is for several.',
  },
  testedRuntime: {
    resource: "the library's functions",
    rules: ['AwsSolutions-L1'],
    reason: 'Node.js 22 is what the code is tested with, and supported until April 2027.',
  },
  awsApiOnly: {
    resource: "the library's functions, and those of the CDK's provider framework",
    rules: rule('LambdaInsideVPC'),
    reason:
      'The functions call APIs of AWS only, and nothing calls them by network: in a VPC they would need a way out of it, and keep its ' +
      'deletion waiting for their network interfaces.',
  },
  callerWaits: {
    resource: "the library's functions, and those of the CDK's provider framework",
    rules: rule('LambdaDLQ', [HIPAA, NIST]),
    reason:
      'Whoever calls the functions waits for the answer: tasks ask again, and AWS CloudFormation fails the deployment. What is kept ' +
      'in a dead-letter queue would be of no use to anybody.',
  },
  onlyInDeployments: {
    resource: "functions of custom resources, and those of the CDK's provider framework",
    rules: rule('LambdaConcurrency', [HIPAA, NIST]),
    reason: 'AWS CloudFormation alone calls them, once in a deployment: reserved concurrency would be taken from the rest of the account.',
  },
  tcpIsNotLogged: {
    resource: 'the Network Load Balancer of a REST API',
    rules: ['AwsSolutions-ELB2', ...rule('ELBLoggingEnabled')],
    reason:
      'A Network Load Balancer logs TLS connections only, and this one passes on TCP inside the VPC; API Gateway and the gateway ' +
      'service log every request.',
  },
  statelessLoadBalancer: {
    resource: 'the Network Load Balancer of a REST API',
    rules: rule('ELBDeletionProtectionEnabled', [HIPAA, NIST]),
    reason: 'It holds nothing, nobody knows its name, and with deletion protection the stack could not be deleted or replace it.',
  },
  insideVpcLink: {
    resource: 'the listener of that load balancer',
    rules: rule('ELBv2ACMCertificateRequired'),
    reason:
      "The load balancer's name is AWS's, for which nobody else gets a certificate. Its listener accepts the VPC link of API Gateway " +
      'alone, by security group, and everything behind the gateway service is mutual TLS.',
  },
  redirectsToHttps: {
    resource: 'the listener of an edge with a load balancer that redirects to HTTPS',
    rules: rule('ELBv2ACMCertificateRequired'),
    reason: 'It answers every request with a redirect to HTTPS, and passes none on.',
  },
  noTlsToLoadBalancer: {
    resource: 'the stage of a REST API',
    rules: rule('APIGWSSLEnabled'),
    reason: 'A client certificate would be of use with TLS only, which the VPC link does not speak to the load balancer.',
  },
  nothingCached: {
    resource: 'the stage of a REST API',
    rules: rule('APIGWCacheEnabledAndEncrypted'),
    reason: 'There is no cache, so nothing to encrypt: keyed by path alone, it would answer one client with what is meant for another.',
  },
  loggingOfAccount: {
    resource: 'the role by which REST APIs log',
    rules: ['AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]'],
    reason: 'The managed policy is what API Gateway asks for in the settings of the account, and all APIs of the account use the role.',
  },
  preflight: {
    resource: 'the routes of an HTTP API that answer preflight requests',
    rules: ['AwsSolutions-APIG4'],
    reason: 'Browsers send preflight requests without credentials; this route takes no other requests than OPTIONS.',
  },
  wayToTheInternet: {
    resource: 'the public subnets of a VPC that the library makes',
    rules: rule('VPCNoUnrestrictedRouteToIGW'),
    reason: 'Nothing but NAT gateways stands in these subnets, by which tasks in the private ones reach the internet.',
  },
  appMeshShutDown: {
    resource: 'resources of AWS App Mesh',
    rules: ['CloudFormation-Validate::W3696'],
    reason: 'The warning app-mesh-shut-down of this library says so once, not for each resource.',
  },
} as const satisfies Readonly<Record<string, Acknowledgement>>;

/**
 * Acknowledges findings in one resource, and in nothing below it, which may be somebody else's: a policy of what a user grants stands
 * below the role.
 *
 * @param construct its default child is meant, if it is not a resource itself; nothing if there is none, as with a role that somebody
 *   else makes
 */
export function acknowledge(construct: IConstruct | undefined, reasons: readonly (keyof typeof ACKNOWLEDGEMENTS)[], target = ''): void {
  const resource = CfnResource.isCfnResource(construct) ? construct : construct?.node.defaultChild;
  if (!CfnResource.isCfnResource(resource)) return;
  for (const { rules, reason } of reasons.map((name): Acknowledgement => ACKNOWLEDGEMENTS[name]))
    Validations.of(resource).acknowledge(...rules.map((id) => ({ id: id.replace(/<function>|<tasks>|<parameters>/, target), reason })));
}
