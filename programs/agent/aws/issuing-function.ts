import type { IssuingFunction } from '../certificate/issuing';
import { Failure } from '../failure';
import { LAMBDA } from './apis';
import { AwsClient } from './client';

/** The loop asks again itself, and a certificate that nobody waits for any more may cost money. */
const ATTEMPTS = 1;

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export function issuingFunction(functionArn: string, region: string): IssuingFunction {
  const client = new AwsClient(LAMBDA, region, process.env, ATTEMPTS);
  const path = `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`;
  return {
    invoke: async (request, timeoutMs) => {
      const { text, headers } = await client.call({
        action: 'Invoke',
        path,
        headers: { 'content-type': 'application/octet-stream' },
        body: request,
        timeoutMs,
      });
      const failed = headers['x-amz-function-error'];
      if (failed !== undefined)
        throw new Failure('issuer-failed', `the issuing function failed: ${textIn(text, 'errorMessage') ?? failed}`);
      return text;
    },
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
function textIn(json: string, field: string): string | undefined {
  try {
    const value = (JSON.parse(json) as Readonly<Record<string, unknown>> | null)?.[field];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
