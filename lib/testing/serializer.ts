/**
 * The module to name in `snapshotSerializers` of the configuration of Jest or Vitest: `cdk-ecs-microservices/testing/serializer`.
 * Jest takes the module itself, Vitest its default export.
 */
import { meshConfigSerializer } from './mesh-config-serializer';

export const { test, serialize } = meshConfigSerializer;
export default meshConfigSerializer;
