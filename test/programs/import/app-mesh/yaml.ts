import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The parser of aws-cdk-lib's CfnInclude, which knows CloudFormation's short tags; CfnInclude itself would check the
 * template, and put it out as aws-cdk-lib has it.
 */
const parser = createRequire(__filename)(
  join(dirname(require.resolve('aws-cdk-lib/package.json')), 'cloudformation-include/lib/private/yaml-cfn.js'),
) as { readonly deserialize: (text: string) => unknown };

/** A CloudFormation template in YAML as the JSON that it stands for. */
export function parseYamlTemplate(text: string): unknown {
  return parser.deserialize(text);
}
