import { Authorizer } from '../../../../lib/props/edge/authorizer';
import { Edge } from '../../../../lib/props/edge/edge';
import { stackWithEdge } from '../stack-with-gateway';

const catalog = { service: 'catalog' };

test('clients from elsewhere are refused, and signed requests still need the word of an identity policy', () => {
  const { template } = stackWithEdge(() =>
    Edge.restApi({
      authorizer: Authorizer.iam(),
      allowedIpRanges: ['203.0.113.0/24', '2001:db8::/32'],
      routes: { 'POST /orders': catalog, 'GET /catalog/{id}': { ...catalog, authorizer: Authorizer.none() } },
    }),
  );
  template().hasResourceProperties('AWS::ApiGateway::RestApi', {
    Policy: {
      Statement: [
        { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'execute-api:Invoke', Resource: 'execute-api:/prod/GET/catalog/*' },
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 'execute-api:Invoke',
          Resource: 'execute-api:/*',
          Condition: { NotIpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '2001:db8::/32'] } },
        },
      ],
    },
  });
});
