/** The Envoys with which a test runs: the pinned one, and the oldest that the library accepts. */
import type { ImageRule } from './runner';
import { standIns } from './runner';
import { findTools } from './tools';

export type EnvoyName = 'envoy' | 'oldestEnvoy';

export const ENVOYS: readonly (readonly [string, EnvoyName])[] = [
  ['that is pinned', 'envoy'],
  ['that is the oldest accepted', 'oldestEnvoy'],
];

/** That Envoy in all tasks, with the configuration that the template has. */
export function envoyOf(name: EnvoyName): ImageRule {
  const { image, run } = standIns.envoy();
  return {
    image,
    run: (context) => {
      const standIn = run(context);
      return { ...standIn, argv: [findTools()[name], ...standIn.argv.slice(1)] };
    },
  };
}
