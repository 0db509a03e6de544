import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Validations } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Authorizer } from '../../../lib/props/edge/authorizer';
import { Edge } from '../../../lib/props/edge/edge';
import { withCdkValidation } from '../../support/cdk-validation';
import type { RenderedStack } from './stack-with-gateway';
import { functionIn, stackWithEdge } from './stack-with-gateway';

const catalog = { service: 'catalog' };
const cors = { allowOrigins: ['https://a.example', 'https://b.example'] };

function findings(rendered: RenderedStack): string[] {
  Validations.of(rendered.app).addPlugins(new AwsSolutionsChecks(rendered.app));
  const failed = attempt(() => withCdkValidation(() => rendered.app.synth()));
  const file = join(rendered.app.outdir, 'validation-report.json');
  if (!existsSync(file)) throw new Error('no report', { cause: failed });
  const report = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly pluginReports: readonly {
      readonly violations: readonly {
        readonly ruleName: string;
        readonly violatingConstructs: readonly { readonly constructPath: string }[];
      }[];
    }[];
  };
  return report.pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    ),
  );
}

function attempt(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Not part of what is checked here. */
function userPoolIn(stack: Stack): cognito.UserPool {
  const userPool = new cognito.UserPool(stack, 'Users');
  Validations.of(userPool).acknowledge(...['COG1', 'COG2', 'COG8'].map((rule) => ({ id: `AwsSolutions-${rule}`, reason: 'a test' })));
  return userPool;
}

test('an HTTP API has no findings, with every authorizer at once', () => {
  expect(
    findings(
      stackWithEdge((stack) => {
        const userPool = userPoolIn(stack);
        return Edge.httpApi({
          authorizer: Authorizer.jwt({ issuer: 'https://login.example', audience: ['shop'] }),
          cors,
          throttle: { rateLimit: 1, burstLimit: 1 },
          routes: {
            'ANY /jwt': catalog,
            'GET /cognito': { ...catalog, authorizer: Authorizer.cognito({ userPool, userPoolClients: [userPool.addClient('Web')] }) },
            'GET /lambda': { ...catalog, authorizer: Authorizer.lambda({ handler: functionIn(stack) }) },
            'GET /iam': { ...catalog, authorizer: Authorizer.iam() },
            'GET /public': { ...catalog, authorizer: Authorizer.none() },
          },
        });
      }),
    ),
  ).toEqual([]);
});

test('a REST API has no findings, with every authorizer at once', () => {
  expect(
    findings(
      stackWithEdge((stack) =>
        Edge.restApi({
          authorizer: Authorizer.iam(),
          cors,
          throttle: { rateLimit: 1, burstLimit: 1 },
          routes: {
            'ANY /{proxy+}': catalog,
            'GET /cognito': { ...catalog, authorizer: Authorizer.cognito({ userPool: userPoolIn(stack) }) },
            'GET /lambda': { ...catalog, authorizer: Authorizer.lambda({ handler: functionIn(stack) }) },
            'GET /key': { ...catalog, authorizer: Authorizer.apiKey() },
            'GET /public': { ...catalog, authorizer: Authorizer.none() },
          },
        }),
      ),
    ),
  ).toEqual([]);
});

test.each([
  ['HTTP', Edge.httpApi({ authorizer: Authorizer.iam(), accessLogs: false, stageName: 'live', routes: { 'GET /': catalog } })],
  ['REST', Edge.restApi({ authorizer: Authorizer.iam(), accessLogs: false, routes: { 'GET /': catalog } })],
])('an %s API without access logs has none either, since the user chose so', (_, edge) => {
  expect(findings(stackWithEdge(() => edge))).toEqual([]);
});

test('a public method that the user adds beside ours is still found', () => {
  const rendered = stackWithEdge(() => Edge.restApi({ authorizer: Authorizer.none(), routes: { 'GET /': catalog } }));
  rendered.edge.restApi?.root.addResource('own').addMethod('GET', new apigateway.MockIntegration());
  expect(findings(rendered)).toContain('AwsSolutions-APIG4 Stack/Edge/RestApi/Default/own/GET/Resource');
});
