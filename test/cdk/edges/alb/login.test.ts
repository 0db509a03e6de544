import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationLoadBalancer, UnauthenticatedAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Authorizer, Edge, Microservices } from '../../../../lib';
import type { ILoadBalancerAuthorizer, LoadBalancerOptions, OidcAuthorizerOptions } from '../../../../lib';
import { service } from '../../../support/stack';

const stackOf = (): Stack => new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });

function build(stack: Stack, authorizer: ILoadBalancerAuthorizer, more: Partial<LoadBalancerOptions> = {}, vpc?: Vpc): Template {
  const certificate = Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:us-east-1:111122223333:certificate/a');
  new Microservices(stack, 'Shop', {
    services: { ui: service() },
    edge: Edge.loadBalancer({
      certificate,
      authorizer: Authorizer.none(),
      routes: { 'ANY /{proxy+}': { service: 'ui' }, 'GET /me': { service: 'ui', authorizer } },
      ...more,
    }),
    ...(vpc === undefined ? {} : { vpc }),
  });
  return Template.fromStack(stack);
}

const oidc = (stack: Stack, more: Partial<OidcAuthorizerOptions> = {}): ILoadBalancerAuthorizer =>
  Authorizer.oidc({
    issuer: 'https://login.example.com',
    authorizationEndpoint: 'https://login.example.com/authorize',
    tokenEndpoint: 'https://login.example.com/token',
    userInfoEndpoint: 'https://login.example.com/userinfo',
    clientId: 'shop',
    clientSecret: Secret.fromSecretNameV2(stack, 'Client', 'login'),
    ...more,
  });

test('a rule has users log in at the provider, with a secret that CloudFormation reads', () => {
  const stack = stackOf();
  const template = build(stack, oidc(stack));
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
    Conditions: [
      { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } },
      { Field: 'path-pattern', PathPatternConfig: { Values: ['/me'] } },
    ],
    Actions: [
      {
        Type: 'authenticate-oidc',
        Order: 1,
        AuthenticateOidcConfig: {
          Issuer: 'https://login.example.com',
          AuthorizationEndpoint: 'https://login.example.com/authorize',
          TokenEndpoint: 'https://login.example.com/token',
          UserInfoEndpoint: 'https://login.example.com/userinfo',
          ClientId: 'shop',
          ClientSecret: Match.objectLike({ 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('resolve:secretsmanager:')])] }),
          OnUnauthenticatedRequest: 'authenticate',
          Scope: 'openid',
          SessionCookieName: 'AWSELBAuthSessionCookie-oidc',
          SessionTimeout: 604800,
        },
      },
      { Type: 'forward', Order: 2, TargetGroupArn: { Ref: Match.stringLikeRegexp('Targetsoidc') } },
    ],
  });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    Port: 443,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: { Ref: Match.stringLikeRegexp('Targetsnone') } }],
  });
});

test('what is set of a session is what the load balancer keeps, on its default action, too', () => {
  const stack = stackOf();
  const authorizer = oidc(stack, {
    name: 'staff',
    clientSecretField: 'secret',
    scope: 'openid email',
    sessionCookieName: 'staff',
    sessionTimeout: Duration.hours(8),
    onUnauthenticatedRequest: UnauthenticatedAction.DENY,
  });
  const template = build(stack, authorizer, { routes: { $default: { service: 'ui', authorizer } } });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    DefaultActions: [
      {
        Type: 'authenticate-oidc',
        AuthenticateOidcConfig: {
          OnUnauthenticatedRequest: 'deny',
          Scope: 'openid email',
          SessionCookieName: 'staff',
          SessionTimeout: '28800',
          ClientSecret: Match.objectLike({ 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('SecretString:secret')])] }),
        },
      },
      { Type: 'forward', TargetGroupArn: { Ref: Match.stringLikeRegexp('Targetsstaff') } },
    ],
  });
});

test('users log in at the domain of a user pool', () => {
  const stack = stackOf();
  const userPool = new UserPool(stack, 'Users');
  const userPoolClient = userPool.addClient('Web', { generateSecret: true });
  const userPoolDomain = userPool.addDomain('Login', { cognitoDomain: { domainPrefix: 'shop-login' } });
  const template = build(stack, Authorizer.cognitoLogin({ userPool, userPoolClient, userPoolDomain }));
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
    Actions: [
      {
        Type: 'authenticate-cognito',
        AuthenticateCognitoConfig: {
          UserPoolArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('Users'), 'Arn'] },
          UserPoolClientId: { Ref: Match.stringLikeRegexp('UsersWeb') },
          UserPoolDomain: { Ref: Match.stringLikeRegexp('UsersLogin') },
          SessionCookieName: 'AWSELBAuthSessionCookie-cognitoLogin',
        },
      },
      { Type: 'forward', TargetGroupArn: { Ref: Match.stringLikeRegexp('TargetscognitoLogin') } },
    ],
  });
});

test('fails if the app client that the app makes has no secret', () => {
  const stack = stackOf();
  const userPool = new UserPool(stack, 'Users');
  const userPoolClient = userPool.addClient('Web');
  const userPoolDomain = userPool.addDomain('Login', { cognitoDomain: { domainPrefix: 'shop-login' } });
  expect(() => build(stack, Authorizer.cognitoLogin({ userPool, userPoolClient, userPoolDomain }))).toThrow('generateSecret: true');
});

test('the load balancer reaches a provider on another port', () => {
  const stack = new Stack(new App(), 'Stack');
  const base = 'https://login.example.com:8443';
  build(stack, oidc(stack, { tokenEndpoint: `${base}/token`, userInfoEndpoint: `${base}/user` })).hasResourceProperties(
    'AWS::EC2::SecurityGroup',
    { SecurityGroupEgress: Match.arrayWith([Match.objectLike({ CidrIp: '0.0.0.0/0', FromPort: 8443, ToPort: 8443 })]) },
  );
});

const HTTPS_OUT = { CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443, IpProtocol: 'tcp' };

test('a load balancer that is made reaches the provider', () => {
  const stack = stackOf();
  build(stack, oidc(stack)).hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupEgress: Match.arrayWith([Match.objectLike(HTTPS_OUT)]),
    SecurityGroupIngress: Match.arrayWith([Match.objectLike({ FromPort: 443 })]),
  });
});

test('the security group of a load balancer of the user is left as it is', () => {
  const stack = stackOf();
  const vpc = new Vpc(stack, 'Vpc');
  const loadBalancer = new ApplicationLoadBalancer(stack, 'Own', { vpc, internetFacing: true });
  const template = build(stack, oidc(stack), { loadBalancer }, vpc);
  const [group] = Object.entries(template.findResources('AWS::EC2::SecurityGroup')).filter(([id]) => id.startsWith('Own'));
  expect(JSON.stringify(group)).not.toContain('443');
});
