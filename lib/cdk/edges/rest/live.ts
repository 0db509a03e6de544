import { CfnResource, Lazy } from 'aws-cdk-lib';
import type * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import { rendered } from '../../rendered';

/** What a stage serves is a snapshot of these. */
const PARTS: readonly string[] = ['Authorizer', 'GatewayResponse', 'Method', 'Model', 'RequestValidator', 'Resource'].map(
  (name) => `AWS::ApiGateway::${name}`,
);

/**
 * Makes every change of the API go live: a stage serves what was deployed last, and CloudFormation makes a new deployment only if its
 * logical ID changes. The CDK's depends on the props of methods alone, not on what is set of the resources behind them. So this hashes
 * the properties as the template has them, those that users override on the handle of the API included.
 *
 * @param nested whatever else has parts of the API
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html
 */
export function deployChanges(api: apigateway.RestApi, nested: readonly Construct[]): void {
  const { latestDeployment } = api;
  if (latestDeployment === undefined) throw new Error('bug: the API has no deployment of its own');
  latestDeployment.addToLogicalId(Lazy.any({ produce: () => partsOf([api, ...nested]) }));
}

function partsOf(scopes: readonly Construct[]): readonly unknown[] {
  return scopes
    .flatMap(({ node }) => node.findAll())
    .filter(CfnResource.isCfnResource)
    .filter(({ cfnResourceType }) => PARTS.includes(cfnResourceType))
    .map((part) => propertiesOf(part))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** As they stand in the template, overrides included; without metadata, which change nothing. */
function propertiesOf(part: CfnResource): string {
  const { Resources: resources = {} } = rendered(part) ?? {};
  return JSON.stringify(Object.entries(resources).map(([id, { Properties: properties }]) => [id, properties]));
}
