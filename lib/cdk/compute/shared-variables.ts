import { Stack } from 'aws-cdk-lib';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { SharedVariables } from '../../core/contract/agent';
import type { Issuing } from '../certificates/proven-identity';

/**
 * The settings that all tasks of a mesh with certificates have in common, as one text. A parameter keeps the text together: each task
 * definition refers to one attribute instead of three, which take half a kilobyte of a template as it is written. Only what never
 * changes belongs there: a change would replace all tasks, and stacks of groups may import the text.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html#aws-resource-ssm-parameter-return-values
 */
export function renderSharedVariables(scope: Construct, meshName: string, issuing: Issuing): string {
  const variables: SharedVariables = {
    MESH_SCOPE: issuing.meshScope,
    MESH_IDENTITY_KEY_ARN: issuing.identityKeyArn,
    MESH_ISSUER_ARN: issuing.issuerArn,
  };
  return new ssm.StringParameter(scope, 'TaskSettings', {
    description: `Settings of all tasks of the mesh ${meshName}`,
    stringValue: Stack.of(scope).toJsonString(variables),
  }).stringValue;
}
