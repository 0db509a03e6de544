import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Parameters } from '../weights/parameters';
import { awsFailure } from './aws-failure';
import { CLIENT } from './client-settings';

/** The API's limit. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
const MAX_NAMES = 10;

export function systemsManager(region: string): Parameters {
  const client = new SSMClient({ ...CLIENT, region });
  return {
    read: async (names) => {
      const texts = new Map<string, string>();
      for (let start = 0; start < names.length; start += MAX_NAMES) {
        const { Parameters: found = [] } = await client
          .send(new GetParametersCommand({ Names: names.slice(start, start + MAX_NAMES) }))
          .catch((error: unknown) => {
            throw awsFailure('GetParameters', error);
          });
        for (const { Name: name, Value: text } of found) if (name !== undefined && text !== undefined) texts.set(name, text);
      }
      return texts;
    },
  };
}
