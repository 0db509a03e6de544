import type { Reader } from '../reading/reader';

/** Options of every mesh that runs a proxy in tasks. */
export const SHARED_OPTIONS = ['version', 'image', 'agentImage', 'logLevel'] as const;

/** Images of the user's own, which only render looks into. */
export function checkImages(at: Reader): void {
  at.field('image').checkInstance('an ecs.ContainerImage', ['bind()']);
  at.field('agentImage').checkInstance('an ecs.ContainerImage', ['bind()']);
  if (!at.field('image').absent && !at.field('version').absent)
    at.field('version').fail('CONFLICT', 'an image of your own has its own version', { fix: 'give image or version, not both' });
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'];

/** https://www.envoyproxy.io/docs/envoy/latest/operations/cli#cmdoption-l */
export function parseLogLevel(at: Reader): string {
  return (
    at.oneOf(
      LOG_LEVELS,
      'a log level of Envoy',
      LOG_LEVELS.map((level) => `EnvoyLogLevel.${level.toUpperCase()}`),
    ) ?? 'warning'
  );
}
