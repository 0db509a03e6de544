import type { Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Authorizer, Edge } from '../../../../lib';
import type { RestApiOptions } from '../../../../lib';
import type { RenderedStack } from '../stack-with-gateway';
import { stackWithEdge } from '../stack-with-gateway';

function render(options: (stack: Stack) => Partial<RestApiOptions>): RenderedStack {
  return stackWithEdge((stack) =>
    Edge.restApi({ authorizer: Authorizer.iam(), apiKeyRequired: true, routes: { 'GET /': { service: 'catalog' } }, ...options(stack) }),
  );
}

const LIMITED = { throttle: { rateLimit: 5, burstLimit: 10 }, quota: { limit: 1000, period: apigateway.Period.MONTH } };

test('a client has a usage plan for the stage with its limits, and a key whose value no template has', () => {
  const template = render(() => ({ clients: { acme: LIMITED } })).template();
  template.hasResourceProperties('AWS::ApiGateway::UsagePlan', {
    UsagePlanName: 'shop-acme',
    Throttle: { RateLimit: 5, BurstLimit: 10 },
    Quota: { Limit: 1000, Period: 'MONTH' },
    ApiStages: [
      { ApiId: { Ref: Match.stringLikeRegexp('^EdgeRestApi') }, Stage: { Ref: Match.stringLikeRegexp('^EdgeRestApiDeploymentStage') } },
    ],
  });
  template.hasResourceProperties('AWS::ApiGateway::ApiKey', {
    Enabled: true,
    Description: 'Client "acme" of shop',
    Value: Match.absent(),
    StageKeys: Match.absent(),
  });
  template.hasResourceProperties('AWS::ApiGateway::UsagePlanKey', {
    KeyId: { Ref: Match.stringLikeRegexp('^EdgeClientacmeApiKey') },
    UsagePlanId: { Ref: Match.stringLikeRegexp('^EdgeClientacmeUsagePlan') },
    KeyType: 'API_KEY',
  });
  template.hasResourceProperties('AWS::ApiGateway::Method', { ApiKeyRequired: true, AuthorizationType: 'AWS_IAM' });
});

test('a client without limits has a usage plan without any, and a key that exists stays what it is', () => {
  const template = render((stack) => ({
    clients: { acme: { apiKey: apigateway.ApiKey.fromApiKeyId(stack, 'Acme', 'abc123') } },
  })).template();
  template.resourceCountIs('AWS::ApiGateway::ApiKey', 0);
  template.hasResourceProperties('AWS::ApiGateway::UsagePlan', { Throttle: Match.absent(), Quota: Match.absent() });
  template.hasResourceProperties('AWS::ApiGateway::UsagePlanKey', { KeyId: 'abc123' });
});

test('one client more changes nothing of the others', () => {
  const ofClients = (clients: RestApiOptions['clients']): object =>
    (
      render(() => ({ clients }))
        .template()
        .toJSON() as { readonly Resources: object }
    ).Resources;
  const all = ofClients({ bolt: {}, acme: LIMITED });
  const added = Object.keys(all).filter((id) => id.startsWith('EdgeClientbolt'));
  expect(added).toHaveLength(3);
  expect(Object.fromEntries(Object.entries(all).filter(([id]) => !added.includes(id)))).toEqual(ofClients({ acme: LIMITED }));
});

test('a first client changes nothing of the key that the edge has made', () => {
  const ofClients = (clients?: RestApiOptions['clients']): object => {
    const authorizer = Authorizer.apiKey();
    const options = { authorizer, apiKeyRequired: false, ...(clients === undefined ? {} : { clients }) };
    return (
      render(() => options)
        .template()
        .toJSON() as { readonly Resources: object }
    ).Resources;
  };
  expect(ofClients({ acme: {} })).toMatchObject(ofClients());
});

describe('the handle of a client', () => {
  const handles = (): RenderedStack => render(() => ({ clients: { acme: {} } }));

  test('has the ID of its key, and lets a function read the value', () => {
    const { edge, stack, template } = handles();
    const acme = edge.client('acme');
    expect(acme.clientName).toBe('acme');
    expect(stack.resolve(acme.apiKey.keyId)).toEqual({ Ref: expect.stringMatching(/^EdgeClientacmeApiKey/) as string });
    acme.grantRead(new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
    template().hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'apigateway:GET',
            Resource: { 'Fn::Join': ['', Match.arrayWith(['::/apikeys/', { Ref: Match.stringLikeRegexp('^EdgeClientacmeApiKey') }])] },
          },
        ],
      },
    });
  });

  test('takes one more key, such as while clients change theirs', () => {
    const { edge, stack, template } = handles();
    edge.client('acme').usagePlan.addApiKey(new apigateway.ApiKey(stack, 'Second'));
    template().resourceCountIs('AWS::ApiGateway::UsagePlanKey', 2);
  });

  test('fails if there is no such client, with the one that was meant', () => {
    expect(() => handles().edge.client('acne')).toThrow(/there is no client "acne"[\s\S]*did you mean "acme"/);
  });

  test('fails if the edge has no clients, and says where they are named', () => {
    const http = stackWithEdge(() => Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'GET /': { service: 'catalog' } } }));
    expect(() => http.edge.client('acme')).toThrow(/there is no client "acme"[\s\S]*in clients of the edge/);
  });
});
