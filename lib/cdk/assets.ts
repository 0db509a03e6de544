import { join } from 'node:path';
import type { FunctionName } from '../core/contract/functions';

/** Programs that run in AWS, bundled when the package is built: synthesis needs no bundler. */
const ASSETS = join(__dirname, '../../assets');

/** The build context of the agent's image. */
export const AGENT_ASSET = join(ASSETS, 'agent');

/** The build context of Envoy's image: one Dockerfile, which copies it. */
export const ENVOY_ASSET = join(ASSETS, 'envoy');

/** The code of a Lambda function. */
export function functionAsset(name: FunctionName): string {
  return join(ASSETS, 'functions', name);
}
