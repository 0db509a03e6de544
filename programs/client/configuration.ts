import type { ClientConfiguration } from '../../lib/core/contract/client';
import type { KeysOf, Unread } from '../../lib/core/contract/unread';

/**
 * Reads the text that the handle of a client gives out.
 *
 * @param place where the text comes from, for messages
 * @throws Error that says what is wrong
 */
export function readConfiguration(text: string, place: string): ClientConfiguration {
  const fields = objectIn(text);
  const field = (name: Exclude<KeysOf<ClientConfiguration>, 'urls' | 'renewSeconds'>): string => {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
    throw new Error(`${place} has no text in "${name}": it must be the configuration of the client's handle`);
  };
  const { urls, renewSeconds } = fields;
  if (typeof urls !== 'object' || urls === null)
    throw new Error(`${place} has no "urls": it must be the configuration of the client's handle`);
  return {
    identity: field('identity'),
    scope: field('scope'),
    identityKeyArn: field('identityKeyArn'),
    issuerArn: field('issuerArn'),
    urls: urls as ClientConfiguration['urls'],
    ...(typeof renewSeconds === 'number' ? { renewSeconds } : {}),
  };
}

function objectIn(text: string): Unread<ClientConfiguration> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Reported below.
  }
  return {};
}

/** The fourth part of an ARN. */
export function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}
