import { randomUUID } from 'node:crypto';
import type { CustomResourceAnswer, CustomResourceEvent } from '../../../functions/custom-resource-event';
import type { JsonObject } from '../../template/intrinsics';
import { CUSTOM_RESOURCES } from '../functions';
import type { LiveResource } from '../live';
import type { Making, Provider } from '../provider';
import { asText } from '../provider';
import type { CustomResourceRequest, CustomResourceResponse, FrameworkRun } from '../provider-framework';
import { runFramework } from '../provider-framework';

/** Where the function of a custom resource is. */
export interface CustomFunctions {
  readonly stackId: string;
  /** Types that do nothing here. */
  readonly idle: readonly string[];
  /** The function at an ARN, as it is at the moment, for the case that it is the CDK's framework. */
  frameworkOf(arn: string): FrameworkRun | undefined;
  /** Runs it itself, where it handles events with no framework before it. */
  handle(type: string, arn: string, event: CustomResourceEvent): Promise<CustomResourceAnswer>;
}

/** Custom resources of the mesh, by the functions of the template. Those of others exist, and nothing more. */
export function customResources(functions: CustomFunctions): Provider {
  /** What CloudFormation knows each by, those too that could not be made. */
  const physicalIds = new Map<string, string>();

  const send = async (
    resource: LiveResource,
    request: Pick<CustomResourceRequest, 'RequestType' | 'OldResourceProperties'>,
  ): Promise<CustomResourceResponse> => {
    const { key, id, definition, properties } = resource;
    const { ServiceToken: token } = properties;
    if (typeof token !== 'string') throw new Error(`${id}.ServiceToken: there is no function`);
    const physicalId = physicalIds.get(key);
    const requestId = randomUUID();
    const response = await respond(functions, {
      ...request,
      ResponseURL: `https://cloudformation.invalid/${requestId}?signature=secret`,
      StackId: functions.stackId,
      RequestId: requestId,
      ResourceType: definition.Type,
      LogicalResourceId: id,
      ...(request.RequestType === 'Create' || physicalId === undefined ? {} : { PhysicalResourceId: physicalId }),
      ResourceProperties: textProperties(properties),
    });
    if (request.RequestType === 'Create') physicalIds.set(key, response.PhysicalResourceId);
    if (response.Status === 'FAILED') throw new Error(`Received response status [FAILED] from custom resource. ${response.Reason ?? ''}`);
    return response;
  };
  const isKnown = ({ definition: { Type: type } }: LiveResource): boolean =>
    CUSTOM_RESOURCES[type] !== undefined && !functions.idle.includes(type);

  return {
    create: async ({ resource }: Making) => {
      if (!isKnown(resource)) return undefined;
      const { PhysicalResourceId: physicalId, Data: data = {} } = await send(resource, { RequestType: 'Create' });
      return { ...data, '': physicalId };
    },
    update: async ({ resource }: Making, before: LiveResource) => {
      if (!isKnown(resource)) return undefined;
      const earlier = physicalIds.get(resource.key);
      const old = textProperties(before.properties);
      const { PhysicalResourceId: physicalId, Data: data = {} } = await send(resource, {
        RequestType: 'Update',
        OldResourceProperties: old,
      });
      return { made: { ...data, '': physicalId }, replaces: physicalId !== earlier };
    },
    replaced: (key: string, { '': physicalId = key }) => {
      physicalIds.set(key, physicalId);
    },
    delete: async (resource: LiveResource) => {
      // That which has failed before anything was answered is not there.
      if (!isKnown(resource) || !physicalIds.has(resource.key)) return;
      await send(resource, { RequestType: 'Delete' });
      physicalIds.delete(resource.key);
    },
  };
}

async function respond(functions: CustomFunctions, request: CustomResourceRequest): Promise<CustomResourceResponse> {
  const token = String(request.ResourceProperties['ServiceToken']);
  const called = functions.frameworkOf(token);
  if (called === undefined) throw new Error(`${request.LogicalResourceId}.ServiceToken: there is no function ${token}`);
  if (called.environment['USER_ON_EVENT_FUNCTION_ARN'] !== undefined) return runFramework(request, called);
  const { StackId, RequestId, LogicalResourceId } = request;
  const answer = await functions.handle(request.ResourceType, token, request);
  return { StackId, RequestId, LogicalResourceId, ...answer, Status: 'SUCCESS' };
}

function textProperties(properties: JsonObject): Readonly<Record<string, unknown>> {
  return asText(properties) as Readonly<Record<string, unknown>>;
}
