import { Stack } from 'aws-cdk-lib';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { SharedVariables } from '../../core/contract/agent';
import { meshVariables } from '../../core/contract/agent';
import { defined } from '../../core/defined';
import type { Issuing } from '../certificates/proven-identity';

export interface SharedVariablesProps {
  readonly meshName: string;
  /** Absent without certificates. */
  readonly issuing: Issuing | undefined;
  /** Absent if nobody asks Cloud Map's API. */
  readonly namespaceHttpName: string | undefined;
}

/**
 * What the deployment knows for every task of a mesh, as one text; undefined if that is nothing. Its parameter keeps the text together:
 * each task definition refers to one attribute instead of four, which take half a kilobyte of a template as it is written.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html#aws-resource-ssm-parameter-return-values
 */
export function renderSharedVariables(
  scope: Construct,
  { meshName, issuing, namespaceHttpName }: SharedVariablesProps,
): string | undefined {
  if (issuing === undefined && namespaceHttpName === undefined) return undefined;
  const variables: SharedVariables = {
    ...(issuing === undefined
      ? {}
      : meshVariables({
          MESH_SCOPE: issuing.meshScope,
          MESH_IDENTITY_KEY_ARN: issuing.identityKeyArn,
          MESH_ISSUER_ARN: issuing.issuerArn,
        })),
    ...defined({ MESH_NAMESPACE: namespaceHttpName }),
  };
  return new ssm.StringParameter(scope, 'TaskSettings', {
    description: `What every task of the mesh ${meshName} is told`,
    stringValue: Stack.of(scope).toJsonString(variables),
  }).stringValue;
}
