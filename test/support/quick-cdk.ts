/**
 * Leaves out what the CDK does beside templates, and no test reads:
 *
 * - It checks every template against the rules of CloudFormation as it writes it, and prints what it finds. For most stacks
 *   that takes longer than to make them. Tests that read it have `withCdkValidation`; `cdk synth` and cfn-lint check the
 *   examples.
 * - It bundles the programs of functions, as `cdk synth` does it of the examples in .ci/run.
 * - It notes where in the code each resource was made, and its logical ID, in the metadata of the cloud assembly. Jest maps
 *   each such stack to the sources.
 */
process.env['CDK_VALIDATION'] = 'false';
process.env['CDK_CONTEXT_JSON'] = JSON.stringify({
  'aws:cdk:bundling-stacks': [],
  'aws:cdk:disable-stack-trace': true,
  'aws:cdk:disable-creation-stack-traces': true,
  'aws:cdk:disable-logicalId-metadata': true,
});
