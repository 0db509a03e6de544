import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ISSUE_TIMEOUT_SECONDS } from '../../../lib/core/contract/issuing';
import type { IssuingFunction } from '../certificate/issuing';
import { Failure } from '../failure';
import { awsFailure } from './aws-failure';
import { CLIENT } from './client-settings';

/** The loop asks again itself, and a certificate that nobody waits for any more may cost money. */
const ATTEMPTS = 1;

export function issuingFunction(functionArn: string, region: string): IssuingFunction {
  const requestHandler = { ...CLIENT.requestHandler, socketTimeout: ISSUE_TIMEOUT_SECONDS * 1000 };
  const client = new LambdaClient({ ...CLIENT, region, maxAttempts: ATTEMPTS, requestHandler });
  return {
    invoke: async (request, timeoutMs) => {
      const { FunctionError: failed, Payload: payload } = await client
        .send(new InvokeCommand({ FunctionName: functionArn, Payload: new TextEncoder().encode(JSON.stringify(request)) }), {
          requestTimeout: timeoutMs,
        })
        .catch((error: unknown) => {
          throw awsFailure('Invoke', error);
        });
      const text = new TextDecoder().decode(payload);
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
