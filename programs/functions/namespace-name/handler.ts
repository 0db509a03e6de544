import { GetNamespaceCommand, type ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import type { NamespaceNameAttributes, NamespaceNameProperties } from '../../../lib/core/contract/custom-resources';
import type { Unread } from '../../../lib/core/contract/unread';
import { causeOf, type Log } from '../../shared/log';
import { textProperty, type CustomResourceAnswer, type CustomResourceEvent } from '../custom-resource-event';
import type { Pause } from '../retry';
import { retryWhileNew } from '../retry-while-new';

export interface NamespaceNameDependencies {
  readonly cloudMap: ServiceDiscoveryClient;
  readonly log: Log;
  readonly pause: Pause;
}

/**
 * The custom resource of the name by which Cloud Map's API knows a namespace: DiscoverInstances takes no ID. It is the name of the
 * namespace, or that name and a hash where the account and Region has had the name before, and it never changes.
 *
 * Properties: `NamespaceNameProperties`. Attributes: `NamespaceNameAttributes`. It makes nothing, so Delete has nothing to do.
 */
export function namespaceNameHandler({
  cloudMap,
  log,
  pause,
}: NamespaceNameDependencies): (event: CustomResourceEvent) => Promise<CustomResourceAnswer> {
  return async (event) => {
    if (event.RequestType === 'Delete') return { PhysicalResourceId: event.PhysicalResourceId ?? 'never-created' };
    try {
      const properties: Unread<NamespaceNameProperties> = event.ResourceProperties;
      const namespaceId = textProperty(properties, 'NamespaceId');
      const httpName = await retryWhileNew(() => httpNameOf(namespaceId), { temporary: ['NamespaceNotFound'], pause, log });
      log.info('namespace-name-read', { namespaceId, httpName });
      return { PhysicalResourceId: namespaceId, Data: { httpName } satisfies NamespaceNameAttributes };
    } catch (error) {
      log.error('namespace-name-failed', causeOf(error));
      throw error;
    }
  };

  async function httpNameOf(namespaceId: string): Promise<string> {
    const { Namespace: namespace } = await cloudMap.send(new GetNamespaceCommand({ Id: namespaceId }));
    const name = namespace?.Properties?.HttpProperties?.HttpName;
    if (name === undefined || name === '') throw new Error(`Cloud Map has no HttpName of the namespace ${namespaceId}`);
    return name;
  }
}
