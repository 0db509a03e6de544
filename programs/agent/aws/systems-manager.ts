import type { Parameters } from '../weights/parameters';
import { SYSTEMS_MANAGER } from './apis';
import { AwsClient, jsonCall, objectOf } from './client';

/** The API's limit. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
const MAX_NAMES = 10;

export function systemsManager(region: string): Parameters {
  const client = new AwsClient(SYSTEMS_MANAGER, region);
  return {
    read: async (names) => {
      const texts = new Map<string, string>();
      for (let start = 0; start < names.length; start += MAX_NAMES) {
        const action = 'GetParameters';
        const answer = await client.call(jsonCall('AmazonSSM', action, { Names: names.slice(start, start + MAX_NAMES) }));
        const { Parameters: found } = objectOf(action, answer);
        for (const { Name: name, Value: text } of Array.isArray(found) ? (found as readonly Readonly<Record<string, unknown>>[]) : [])
          if (typeof name === 'string' && typeof text === 'string') texts.set(name, text);
      }
      return texts;
    },
  };
}
