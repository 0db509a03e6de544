import type { Duration } from 'aws-cdk-lib';
import type { IApiKey } from 'aws-cdk-lib/aws-apigateway';
import type { IUserPool, IUserPoolClient } from 'aws-cdk-lib/aws-cognito';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { factoryInput } from '../factory-input';
import type { CognitoLoginAuthorizerOptions, OidcAuthorizerOptions } from './login';

/**
 * Options of `Authorizer.jwt()`.
 *
 * @example
 * const options: JwtAuthorizerOptions = { issuer: 'https://login.example.com', audience: ['shop'], name: 'staff' };
 */
export interface JwtAuthorizerOptions {
  /** Issuer of the tokens: their `iss` claim, an https URL below which `/.well-known/openid-configuration` is found. */
  readonly issuer: string;

  /**
   * Accepted `aud` claims, or, by an HTTP API alone, `client_id` claims of tokens without `aud`. At least one; a load balancer takes at
   * most 10.
   */
  readonly audience: string[];

  /**
   * Source of the token: `$request.header.<name>` or `$request.querystring.<name>`. A load balancer takes the default one alone.
   *
   * @default $request.header.Authorization
   */
  readonly identitySource?: string;

  /**
   * URL of the issuer's keys: the `jwks_uri` in its OpenID configuration, such as
   * `https://login.example.com/.well-known/jwks.json`. Required by a load balancer, which must reach it by the internet, and by
   * `claimsToHeaders`, for which the gateway service verifies each token itself. Its tasks fetch the keys over HTTPS, so they need a way
   * to the host, such as a NAT gateway.
   *
   * @default - none
   */
  readonly jwksUri?: string;

  /**
   * Claims of the token that services get as request headers, by the names of the headers, such as `{ 'x-user-id': 'sub' }`; 1 to 20.
   * The gateway service removes headers of these names from every request that comes by any edge of the system, and sets them for
   * the routes of this authorizer. A claim that is absent or empty, or that is an object, gives no header,
   * nor does a number from 2^53 on, whose last digits are lost: let the issuer write it as a text.
   *
   * Values are percent-encoded: letters, digits and visible signs of ASCII but `%` and `,` stay as they are. The items of a list have
   * commas between them.
   *
   * @default - none
   */
  readonly claimsToHeaders?: { readonly [header: string]: string };

  /**
   * Name of the authorizer, which distinguishes it from others of its kind: 1 to 128 letters, digits, `_` and `-`, starting with
   * a letter. Changing it replaces the authorizer.
   *
   * @default jwt
   */
  readonly name?: string;
}

/**
 * Options of `Authorizer.cognito()`.
 *
 * @example
 * const options: CognitoAuthorizerOptions = { userPool, userPoolClients: [userPool.addClient('Web')] };
 */
export interface CognitoAuthorizerOptions {
  /** User pool whose tokens are accepted. */
  readonly userPool: IUserPool;

  /**
   * App clients of the user pool whose tokens are accepted. An HTTP API requires at least one. A REST API accepts the tokens of
   * every client of the pool, so a list is an error there.
   *
   * @default - none
   */
  readonly userPoolClients?: IUserPoolClient[];

  /**
   * Claims of the token that services get as request headers, by the names of the headers, such as
   * `{ 'x-user-id': 'sub', 'x-user-groups': 'cognito:groups' }`: see `JwtAuthorizerOptions.claimsToHeaders`. The gateway service
   * fetches the keys of the user pool over HTTPS.
   *
   * @default - none
   */
  readonly claimsToHeaders?: { readonly [header: string]: string };

  /**
   * Name of the authorizer, which distinguishes it from others of its kind: 1 to 128 letters, digits, `_` and `-`, starting with
   * a letter. Changing it replaces the authorizer.
   *
   * @default cognito
   */
  readonly name?: string;
}

/**
 * Options of `Authorizer.lambda()`.
 *
 * @example
 * const options: LambdaAuthorizerOptions = { handler, identityHeader: 'x-session', resultsCacheTtl: Duration.minutes(1) };
 */
export interface LambdaAuthorizerOptions {
  /**
   * Lambda function that allows or denies requests. To an HTTP API it returns a response in the simple format
   * (`{ isAuthorized }`), to a REST or WebSocket API, whose authorizer is of type `REQUEST`, an IAM policy.
   *
   * A function of another account must allow the API itself: a warning has the command that its owners run.
   *
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
   */
  readonly handler: IFunction;

  /**
   * Name of the request header that identifies the caller. A request without it gets 401, and the function is not invoked.
   *
   * @default Authorization
   */
  readonly identityHeader?: string;

  /**
   * Name of the parameter of the query string that identifies the caller, in place of a header, which browsers cannot send when they
   * connect to a WebSocket API. A request without it gets 401, and the function is not invoked. WebSocket API only. It gets into logs of
   * clients and of proxies, so let it be a token that expires soon.
   *
   * @default - the header of `identityHeader`
   */
  readonly identityQueryParameter?: string;

  /**
   * Time for which a response of the function is cached, 0 to 1 hour in whole seconds; 0 disables the cache.
   *
   * A cached response applies to all requests with the same value of the identity header on the same route (on a REST API: the
   * same method and resource). Set 0 if the function decides by anything else, such as path parameters.
   *
   * A WebSocket API invokes the function once for each connection, and caches nothing: there it is an error.
   *
   * @default Duration.minutes(5)
   */
  readonly resultsCacheTtl?: Duration;

  /**
   * Keys of the context that the function returns, which services get as request headers, by the names of the headers, such as
   * `{ 'x-user-id': 'userId' }`; 1 to 20. A key that is absent or empty gives no header. The gateway service removes headers of these
   * names from every request that comes by any edge of the system. Values are percent-encoded: see `JwtAuthorizerOptions.claimsToHeaders`.
   *
   * On a REST or WebSocket API only `principalId`, which every function returns.
   *
   * @default - none
   */
  readonly contextToHeaders?: { readonly [header: string]: string };

  /**
   * Name of the authorizer, which distinguishes it from others of its kind: 1 to 128 letters, digits, `_` and `-`, starting with
   * a letter. Changing it replaces the authorizer.
   *
   * @default lambda
   */
  readonly name?: string;
}

/**
 * Options of `Authorizer.apiKey()`.
 *
 * @example
 * const options: ApiKeyAuthorizerOptions = { keys: [new ApiKey(this, 'Partner')] };
 */
export interface ApiKeyAuthorizerOptions {
  /**
   * Accepted API keys, beside those of `clients` of the edge, in one usage plan for all of them. An empty list if only clients have keys.
   *
   * @default - one key, created with the edge; its value is in the console of API Gateway
   */
  readonly keys?: IApiKey[];

  /**
   * Name of the request header in which services get the ID of the API key, which is not its value. The gateway service removes headers
   * of this name from every request that comes by any edge of the system.
   *
   * @default - none
   */
  readonly keyIdHeader?: string;
}

/**
 * Options of `Authorizer.iam()`.
 *
 * @example
 * const options: IamAuthorizerOptions = { callerArnHeader: 'x-caller-arn' };
 */
export interface IamAuthorizerOptions {
  /**
   * Name of the request header in which services get the ARN of the user or of the assumed role that has signed the request. The gateway
   * service removes headers of this name from every request that comes by any edge of the system.
   *
   * @default - none
   */
  readonly callerArnHeader?: string;
}

/**
 * An authorizer that an HTTP API can use. The factories of `Authorizer` make one; any other implementation is an error.
 *
 * @example
 * const authorizer: IHttpApiAuthorizer = Authorizer.jwt({ issuer: 'https://login.example.com', audience: ['shop'] });
 */
export interface IHttpApiAuthorizer {
  /** Authorization type of a route of an HTTP API: `NONE`, `AWS_IAM`, `JWT` or `CUSTOM`. */
  readonly httpApiAuthorizationType: string;
}

/**
 * An authorizer that a WebSocket API can use. The factories of `Authorizer` make one; any other implementation is an error.
 *
 * @example
 * const authorizer: IWebSocketApiAuthorizer = Authorizer.iam();
 */
export interface IWebSocketApiAuthorizer {
  /** Authorization type of the route `$connect` of a WebSocket API: `NONE`, `AWS_IAM` or `CUSTOM`. */
  readonly webSocketApiAuthorizationType: string;
}

/**
 * An authorizer that a REST API can use. The factories of `Authorizer` make one; any other implementation is an error.
 *
 * @example
 * const authorizer: IRestApiAuthorizer = Authorizer.apiKey();
 */
export interface IRestApiAuthorizer {
  /** Authorization type of a method of a REST API: `NONE`, `AWS_IAM`, `COGNITO_USER_POOLS` or `CUSTOM`. */
  readonly restApiAuthorizationType: string;
}

/**
 * An authorizer that an edge with a load balancer can use. The factories of `Authorizer` make one; any other implementation is an error.
 *
 * @example
 * const authorizer: ILoadBalancerAuthorizer = Authorizer.none();
 */
export interface ILoadBalancerAuthorizer {
  /** Type of the action of a listener that decides: `jwt-validation`, `authenticate-oidc`, `authenticate-cognito`, or `none`. */
  readonly listenerActionType: string;
}

/**
 * Authorization of the requests to a route. Every route has an authorizer: its own, or else that of its edge. There is no
 * default; a public route has `Authorizer.none()`.
 *
 * @example
 * const authorizer = Authorizer.jwt({ issuer: 'https://login.example.com', audience: ['shop'] });
 */
export abstract class Authorizer {
  /** Requires a JSON Web Token of an OpenID Connect issuer. Of an HTTP API or a load balancer. */
  public static jwt(options: JwtAuthorizerOptions): JwtAuthorizer {
    return new JwtAuthorizer(options);
  }

  /** Requires a token of an Amazon Cognito user pool. */
  public static cognito(options: CognitoAuthorizerOptions): CognitoAuthorizer {
    return new CognitoAuthorizer(options);
  }

  /**
   * Has users log in at the page of an OpenID Connect provider, and knows them again by a cookie. Of a load balancer. Its clients are
   * browsers: programs that have tokens need `Authorizer.jwt()`.
   *
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
   */
  public static oidc(options: OidcAuthorizerOptions): OidcAuthorizer {
    return new OidcAuthorizer(options);
  }

  /**
   * Has users log in at the page of an Amazon Cognito user pool, and knows them again by a cookie. Of a load balancer.
   *
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
   */
  public static cognitoLogin(options: CognitoLoginAuthorizerOptions): CognitoLoginAuthorizer {
    return new CognitoLoginAuthorizer(options);
  }

  /** Invokes a Lambda function, which allows or denies requests. */
  public static lambda(options: LambdaAuthorizerOptions): LambdaAuthorizer {
    return new LambdaAuthorizer(options);
  }

  /** Requires requests signed (SigV4) with AWS credentials that have `execute-api:Invoke`, which `IEdge.grantInvoke()` grants. */
  public static iam(options: IamAuthorizerOptions = {}): IamAuthorizer {
    return new IamAuthorizer(options);
  }

  /**
   * Requires an API key of a usage plan, in the header `x-api-key`. REST API only. A key identifies a client; it does not prove
   * who the client is.
   */
  public static apiKey(options: ApiKeyAuthorizerOptions = {}): ApiKeyAuthorizer {
    return new ApiKeyAuthorizer(options);
  }

  /** Performs no check: the route is public. */
  public static none(): NoAuthorizer {
    return new NoAuthorizer();
  }

  /** @internal */
  public readonly _type = 'Authorizer';

  /** @internal */
  public abstract readonly _kind: string;
  /** @internal */
  public readonly _jwt?: JwtAuthorizerOptions;
  /** @internal */
  public readonly _cognito?: CognitoAuthorizerOptions;
  /** @internal */
  public readonly _oidc?: OidcAuthorizerOptions;
  /** @internal */
  public readonly _cognitoLogin?: CognitoLoginAuthorizerOptions;
  /** @internal */
  public readonly _lambda?: LambdaAuthorizerOptions;
  /** @internal */
  public readonly _apiKey?: ApiKeyAuthorizerOptions;
  /** @internal */
  public readonly _iam?: IamAuthorizerOptions;

  /** @internal */
  public _input(): unknown {
    return factoryInput(this.named ?? this._apiKey ?? this._iam, { kind: this._kind });
  }

  /** @internal */
  public get _id(): string {
    return this.named?.name ?? this._kind;
  }

  /** Options of the kinds of which there may be several. */
  private get named(): { readonly name?: string } | undefined {
    return this._jwt ?? this._cognito ?? this._oidc ?? this._cognitoLogin ?? this._lambda;
  }
}

/**
 * Authorizer that requires a JSON Web Token of an OpenID Connect issuer.
 *
 * @example
 * const authorizer = Authorizer.jwt({ issuer: 'https://login.example.com', audience: ['shop'] });
 */
export class JwtAuthorizer extends Authorizer implements IHttpApiAuthorizer, ILoadBalancerAuthorizer {
  public readonly listenerActionType: string = 'jwt-validation';
  public readonly httpApiAuthorizationType: string = 'JWT';
  /** @internal */
  public readonly _kind: string = 'jwt';
  /** @internal */
  public override readonly _jwt: JwtAuthorizerOptions;

  public constructor(options: JwtAuthorizerOptions) {
    super();
    this._jwt = options;
  }
}

/**
 * Authorizer that requires a token of an Amazon Cognito user pool.
 *
 * @example
 * const authorizer = Authorizer.cognito({ userPool, userPoolClients: [userPool.addClient('Web')] });
 */
export class CognitoAuthorizer extends Authorizer implements IHttpApiAuthorizer, IRestApiAuthorizer {
  public readonly httpApiAuthorizationType: string = 'JWT';
  public readonly restApiAuthorizationType: string = 'COGNITO_USER_POOLS';
  /** @internal */
  public readonly _kind: string = 'cognito';
  /** @internal */
  public override readonly _cognito: CognitoAuthorizerOptions;

  public constructor(options: CognitoAuthorizerOptions) {
    super();
    this._cognito = options;
  }
}

/**
 * Authorizer that has users log in at the page of an OpenID Connect provider.
 *
 * @example
 * const authorizer = Authorizer.oidc({
 *   issuer: 'https://login.example.com',
 *   authorizationEndpoint: 'https://login.example.com/authorize',
 *   tokenEndpoint: 'https://login.example.com/token',
 *   userInfoEndpoint: 'https://login.example.com/userinfo',
 *   clientId: 'shop',
 *   clientSecret: secret,
 * });
 */
export class OidcAuthorizer extends Authorizer implements ILoadBalancerAuthorizer {
  public readonly listenerActionType: string = 'authenticate-oidc';
  /** @internal */
  public readonly _kind: string = 'oidc';
  /** @internal */
  public override readonly _oidc: OidcAuthorizerOptions;

  public constructor(options: OidcAuthorizerOptions) {
    super();
    this._oidc = options;
  }
}

/**
 * Authorizer that has users log in at the page of an Amazon Cognito user pool.
 *
 * @example
 * const authorizer = Authorizer.cognitoLogin({ userPool, userPoolClient, userPoolDomain });
 */
export class CognitoLoginAuthorizer extends Authorizer implements ILoadBalancerAuthorizer {
  public readonly listenerActionType: string = 'authenticate-cognito';
  /** @internal */
  public readonly _kind: string = 'cognitoLogin';
  /** @internal */
  public override readonly _cognitoLogin: CognitoLoginAuthorizerOptions;

  public constructor(options: CognitoLoginAuthorizerOptions) {
    super();
    this._cognitoLogin = options;
  }
}

/**
 * Authorizer that invokes a Lambda function.
 *
 * @example
 * const authorizer = Authorizer.lambda({ handler });
 */
export class LambdaAuthorizer extends Authorizer implements IHttpApiAuthorizer, IRestApiAuthorizer, IWebSocketApiAuthorizer {
  public readonly httpApiAuthorizationType: string = 'CUSTOM';
  public readonly restApiAuthorizationType: string = 'CUSTOM';
  public readonly webSocketApiAuthorizationType: string = 'CUSTOM';
  /** @internal */
  public readonly _kind: string = 'lambda';
  /** @internal */
  public override readonly _lambda: LambdaAuthorizerOptions;

  public constructor(options: LambdaAuthorizerOptions) {
    super();
    this._lambda = options;
  }
}

/**
 * Authorizer that requires requests signed with AWS credentials that have `execute-api:Invoke`.
 *
 * @example
 * const authorizer = Authorizer.iam();
 */
export class IamAuthorizer extends Authorizer implements IHttpApiAuthorizer, IRestApiAuthorizer, IWebSocketApiAuthorizer {
  public readonly httpApiAuthorizationType: string = 'AWS_IAM';
  public readonly restApiAuthorizationType: string = 'AWS_IAM';
  public readonly webSocketApiAuthorizationType: string = 'AWS_IAM';
  /** @internal */
  public readonly _kind: string = 'iam';
  /** @internal */
  public override readonly _iam: IamAuthorizerOptions;

  public constructor(options: IamAuthorizerOptions = {}) {
    super();
    this._iam = options;
  }
}

/**
 * Authorizer that requires an API key of a usage plan.
 *
 * @example
 * const authorizer = Authorizer.apiKey();
 */
export class ApiKeyAuthorizer extends Authorizer implements IRestApiAuthorizer {
  public readonly restApiAuthorizationType: string = 'NONE';
  /** @internal */
  public readonly _kind: string = 'apiKey';
  /** @internal */
  public override readonly _apiKey: ApiKeyAuthorizerOptions;

  public constructor(options: ApiKeyAuthorizerOptions = {}) {
    super();
    this._apiKey = options;
  }
}

/**
 * Authorizer that performs no check: the route is public.
 *
 * @example
 * const authorizer = Authorizer.none();
 */
export class NoAuthorizer
  extends Authorizer
  implements IHttpApiAuthorizer, IRestApiAuthorizer, IWebSocketApiAuthorizer, ILoadBalancerAuthorizer
{
  public readonly listenerActionType: string = 'none';
  public readonly httpApiAuthorizationType: string = 'NONE';
  public readonly restApiAuthorizationType: string = 'NONE';
  public readonly webSocketApiAuthorizationType: string = 'NONE';
  /** @internal */
  public readonly _kind: string = 'none';

  public constructor() {
    super();
  }
}
