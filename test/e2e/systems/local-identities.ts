import { App, Stack } from 'aws-cdk-lib';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Authorizer, Edge, Microservices } from '../../../lib';
import { CONTAINER_IMAGES } from '../containers';

/** A system that runs locally, whose gateway services verify tokens: `cdk synth` writes it into a directory. */
export function synthesizeLocalIdentities(outdir: string): void {
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'Shop');
  const issuer = 'https://login.example.com';
  new Microservices(stack, 'Shop', {
    services: { ui: { image: ContainerImage.fromRegistry(CONTAINER_IMAGES.programs), command: ['/programs/relay.js'], port: 8080 } },
    edges: {
      default: Edge.httpApi({
        authorizer: Authorizer.jwt({
          issuer,
          audience: ['shop'],
          jwksUri: `${issuer}/.well-known/jwks.json`,
          claimsToHeaders: { 'x-user-id': 'sub', 'x-user-scope': 'scope' },
        }),
        routes: { 'ANY /{proxy+}': { service: 'ui' } },
      }),
      partners: Edge.restApi({
        authorizer: Authorizer.cognito({ userPool: new UserPool(stack, 'Users'), claimsToHeaders: { 'x-user-id': 'sub' } }),
        routes: { 'GET /me/{id}': { service: 'ui' } },
      }),
    },
  });
  app.synth();
}
