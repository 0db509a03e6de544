import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Acknowledges a finding of cdk-nag, with the reason for it. https://github.com/cdklabs/cdk-nag */
export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}

/** Why a route has no authorizer with a token, a signature or a function. */
export const PUBLIC_BY_CHOICE = 'The user chose Authorizer.none() for this route: it is public.';
export const NO_ACCESS_LOGS_BY_CHOICE = 'The user set accessLogs to false.';
