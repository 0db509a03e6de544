import { Stack, Token } from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';
import type { LambdaAuthorizerOptions } from '../../props/edge/authorizer';
import { throwIssue } from '../throw-issue';
import { warn } from '../warn';

/**
 * What API Gateway calls a function by: with the partition and the Region of the function, which need not be those of the API.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-authorizer.html#cfn-apigateway-authorizer-authorizeruri
 */
export function invocationUri(scope: Construct, { handler }: LambdaAuthorizerOptions): string {
  const { partition, region } = placeOf(handler, Stack.of(scope));
  return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${handler.functionArn}/invocations`;
}

/** An authorizer as API Gateway knows it. */
export interface InvokingAuthorizer {
  /** As the plan names it. */
  readonly name: string;
  readonly apiId: string;
  readonly authorizerId: string;
}

/**
 * The permission stands in the stack of the API, so that a function of another stack need not know the API. Not by
 * `addPermission`, which does nothing for an imported function whose account it cannot compare.
 */
export function allowInvocation(scope: Construct, options: LambdaAuthorizerOptions, authorizer: InvokingAuthorizer): void {
  const { handler } = options;
  const here = Stack.of(scope);
  const there = placeOf(handler, here);
  const partition = knownPartition(here);
  if (differ(there.partition, partition)) refusePartition(scope, authorizer.name, there.partition, partition);
  if (differ(there.account, here.account) || differ(there.region, here.region)) {
    warnOfForeignFunction(scope, authorizer.name, handler, there);
    return;
  }
  new CfnPermission(scope, 'Permission', {
    action: 'lambda:InvokeFunction',
    functionName: handler.functionArn,
    principal: 'apigateway.amazonaws.com',
    sourceArn: here.formatArn({
      service: 'execute-api',
      resource: authorizer.apiId,
      resourceName: `authorizers/${authorizer.authorizerId}`,
    }),
  });
}

/** Where a function is; each may be a token. */
interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** That of the ARN first: what was imported by attributes may have account and Region of the stack that imports it. */
function placeOf({ functionArn, env }: IFunction, { partition: own }: Stack): Place {
  const [, partition, , region, account] = functionArn.split(':');
  const first = (part: string | undefined, otherwise: string): string =>
    part !== undefined && part !== '' && isKnown(part) ? part : otherwise;
  return { partition: first(partition, own), region: first(region, env.region), account: first(account, env.account) };
}

/** By the Region where it is known: without a feature flag the partition of a stack is always a token. */
function knownPartition({ partition, region }: Stack): string {
  return isKnown(region) ? (RegionInfo.get(region).partition ?? partition) : partition;
}

/** Where both are known: what CloudFormation alone knows is taken for the same. */
function differ(one: string, other: string): boolean {
  return isKnown(one) && isKnown(other) && one !== other;
}

function isKnown(text: string): boolean {
  return !Token.isUnresolved(text);
}

/** Partitions know nothing of each other's accounts, so no permission would help. */
function refusePartition(scope: Construct, name: string, there: string, here: string): never {
  return throwIssue(
    scope,
    `authorizer "${name}"`,
    'UNSUPPORTED_AUTHORIZER',
    `its function is in the partition "${there}", and the API in "${here}", from which API Gateway cannot call it`,
    { got: null, allowed: `functions of the partition "${here}"`, fix: 'deploy the function there, too' },
  );
}

/**
 * CloudFormation makes a permission in the account and the Region of its stack alone.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-lambda-authorizer-cross-account-lambda-authorizer.html
 */
function warnOfForeignFunction(scope: Construct, name: string, { functionArn }: IFunction, there: Place): void {
  const { partition, region, account } = Stack.of(scope);
  const known = (text: string, otherwise: string): string => (isKnown(text) ? text : otherwise);
  const api = `arn:${known(partition, 'aws')}:execute-api:${known(region, '<region>')}:${known(account, '<account>')}:<api-id>`;
  const source = `${api}/authorizers/*`;
  const foreignAccount = differ(there.account, account);
  const foreignRegion = differ(there.region, region);
  const command =
    `aws lambda add-permission --function-name ${known(functionArn, '<function-arn>')}` +
    `${foreignRegion ? ` --region ${there.region}` : ''} --statement-id api-gateway-${known(account, '<account>')} ` +
    `--action lambda:InvokeFunction --principal apigateway.amazonaws.com --source-arn '${source}'`;
  warn(scope, [
    {
      id: foreignAccount ? 'authorizer-of-another-account' : 'authorizer-of-another-region',
      path: `authorizer "${name}"`,
      message: foreignAccount
        ? `its function is in the account ${there.account}, in which a deployment to ${account} can grant nothing. ` +
          `Whoever may change the function runs this there once, with the ID of the API; until then requests get 500: ${command}`
        : `its function is in the Region ${there.region}, in which a stack of ${region} can grant nothing. ` +
          `Run this once, with the ID of the API; until then requests get 500: ${command}`,
    },
  ]);
}
