/** The Lambda functions, by the folder of their code in `programs/functions/` and in the package's assets. */
export const FUNCTION_NAMES = [
  'authority-set',
  'certificate-authority',
  'certificate-issuer',
  'job-runner',
  'namespace-name',
  'weight-shifter',
] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];
