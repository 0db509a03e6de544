import { dirname, join } from 'node:path';

/** Of the framework for custom resources, as the app's aws-cdk-lib has it. */
export function frameworkDirectory(): string {
  return join(dirname(require.resolve('aws-cdk-lib')), 'custom-resources/lib/provider-framework/runtime');
}
