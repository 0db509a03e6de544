/** Runs something with the check on that quick-cdk.ts switches off. */
export function withCdkValidation<T>(run: () => T): T {
  const before = process.env['CDK_VALIDATION'];
  delete process.env['CDK_VALIDATION'];
  try {
    return run();
  } finally {
    process.env['CDK_VALIDATION'] = before;
  }
}
