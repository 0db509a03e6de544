import type { Duration } from 'aws-cdk-lib';
import type { IUserPool, IUserPoolClient, IUserPoolDomain } from 'aws-cdk-lib/aws-cognito';
import type { UnauthenticatedAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/**
 * How a load balancer keeps users logged in: options that `Authorizer.oidc()` and `Authorizer.cognitoLogin()` have.
 *
 * @example
 * const options: LoginOptions = { scope: 'openid email', sessionTimeout: Duration.hours(8), subjectHeader: 'x-user-id' };
 */
export interface LoginOptions {
  /**
   * Scopes for which the load balancer asks the identity provider, with spaces between them. They decide which claims of the user there
   * are.
   *
   * @default openid
   */
  readonly scope?: string;

  /**
   * Name of the cookie by which the load balancer knows a user again. It may write several, with `-0`, `-1` and so on behind the name. Two
   * authorizers can have one name, so that whoever is logged in for the one is so for the other, only if they have the same provider and
   * client.
   *
   * @default - `AWSELBAuthSessionCookie-` and the name of the authorizer
   */
  readonly sessionCookieName?: string;

  /**
   * Time after which a user has to log in again, 1 second to 7 days in whole seconds. A logout of the identity provider ends a session only
   * when the load balancer refreshes an access token that has expired.
   *
   * @default Duration.days(7)
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
   */
  readonly sessionTimeout?: Duration;

  /**
   * What becomes of a request without a session: `AUTHENTICATE` redirects to the login page, which is for pages; `DENY` answers 401, which
   * is for requests that scripts of a page send. `ALLOW` is an error: a public route has `Authorizer.none()`.
   *
   * @default UnauthenticatedAction.AUTHENTICATE
   */
  readonly onUnauthenticatedRequest?: UnauthenticatedAction;

  /**
   * Name of the request header in which services get the ID of the user: the claim `sub` of the user info endpoint, which they get in
   * `x-amzn-oidc-identity`, too. The gateway service removes headers of this name from every request that comes by any edge of the system.
   * Values are percent-encoded: see `JwtAuthorizerOptions.claimsToHeaders`.
   *
   * @default - none
   */
  readonly subjectHeader?: string;

  /**
   * Name of the authorizer, which distinguishes it from others of its kind: 1 to 128 letters, digits, `_` and `-`, starting with
   * a letter. Changing it replaces the target group, and logs users out.
   *
   * @default - `oidc` or `cognitoLogin`
   */
  readonly name?: string;
}

/**
 * Options of `Authorizer.oidc()`. The endpoints are in the OpenID configuration of the provider, at `/.well-known/openid-configuration`
 * below the issuer.
 *
 * @example
 * const options: OidcAuthorizerOptions = {
 *   issuer: 'https://login.example.com',
 *   authorizationEndpoint: 'https://login.example.com/authorize',
 *   tokenEndpoint: 'https://login.example.com/token',
 *   userInfoEndpoint: 'https://login.example.com/userinfo',
 *   clientId: 'shop',
 *   clientSecret: secret,
 * };
 */
export interface OidcAuthorizerOptions extends LoginOptions {
  /** Issuer of the provider's tokens, an https URL. */
  readonly issuer: string;

  /** URL of the login page, to which users are redirected. */
  readonly authorizationEndpoint: string;

  /** URL at which the load balancer gets tokens. It must reach it over IPv4, by a public name. */
  readonly tokenEndpoint: string;

  /** URL at which the load balancer gets the claims of a user. It must reach it over IPv4, by a public name. */
  readonly userInfoEndpoint: string;

  /**
   * ID of the client that is registered at the provider, with `https://<name>/oauth2/idpresponse` as redirect URI, where `<name>` is what
   * users call: `domainName` of the edge.
   */
  readonly clientId: string;

  /**
   * Secret of AWS Secrets Manager that holds the client secret. CloudFormation reads it when the listener and its rules are created or
   * changed: a new value alone reaches the load balancer with the next change of them.
   */
  readonly clientSecret: ISecret;

  /**
   * Field of the secret's JSON that is the client secret.
   *
   * @default - the whole secret is
   */
  readonly clientSecretField?: string;
}

/**
 * Options of `Authorizer.cognitoLogin()`.
 *
 * @example
 * const options: CognitoLoginAuthorizerOptions = { userPool, userPoolClient, userPoolDomain };
 */
export interface CognitoLoginAuthorizerOptions extends LoginOptions {
  /** User pool whose users log in. */
  readonly userPool: IUserPool;

  /**
   * App client of the pool that has a secret (`generateSecret: true`), the authorization code grant, the scopes of `scope`, and
   * `https://<name>/oauth2/idpresponse` as callback URL, where `<name>` is what users call: `domainName` of the edge, in lower case.
   */
  readonly userPoolClient: IUserPoolClient;

  /** Domain of the pool, at which its login page is. */
  readonly userPoolDomain: IUserPoolDomain;
}
