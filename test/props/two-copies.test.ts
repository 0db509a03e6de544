import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ApiKey } from 'aws-cdk-lib/aws-apigateway';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import type * as Library from '../../lib';
import { Microservices } from '../../lib';
import { service } from '../support/stack';

/** A second copy of the library, as package managers install where versions differ. The CDK is one. */
function copy(): typeof Library {
  let library: typeof Library | undefined;
  jest.isolateModules(() => {
    for (const name of ['aws-cdk-lib', 'aws-cdk-lib/aws-apigateway', 'aws-cdk-lib/aws-ecs', 'constructs'])
      jest.doMock(name, () => jest.requireActual<object>(name));
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- another copy
    library = require('../../lib') as typeof Library;
  });
  return library!;
}

const routes = { 'GET /': { service: 'web' } };

function build(edgeOf: (other: typeof Library, stack: Stack) => Library.Edge): Template {
  const stack = new Stack(new App(), 'Stack');
  new Microservices(stack, 'Shop', { services: { web: service() }, edge: edgeOf(copy(), stack) });
  return Template.fromStack(stack);
}

test('the keys of an edge from another copy of the library are those that the user gave', () => {
  const template = build((other, stack) =>
    other.Edge.restApi({ authorizer: other.Authorizer.apiKey({ keys: [new ApiKey(stack, 'Partner')] }), routes }),
  );
  expect(Object.keys(template.findResources('AWS::ApiGateway::ApiKey'))).toEqual([expect.stringMatching(/^Partner/)]);
});

test('the user pool of an edge from another copy of the library is the one that the user gave', () => {
  const template = build((other, stack) =>
    other.Edge.restApi({ authorizer: other.Authorizer.cognito({ userPool: new UserPool(stack, 'Users') }), routes }),
  );
  template.hasResourceProperties('AWS::ApiGateway::Authorizer', { Type: 'COGNITO_USER_POOLS' });
});
